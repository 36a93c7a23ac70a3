"""Bring the generated parts of the README up to date: ``python -m stages.commands.readme [--check]``."""

import json
import sys
from collections.abc import Callable
from functools import partial
from itertools import dropwhile, takewhile
from pathlib import Path
from typing import Any

from stages.common.files import write_text
from stages.page.rows import crf_rows, other_rows
from stages.pipeline import layout
from stages.pipeline.params_file import load_params

README = Path("README.md")
BENCHMARKS = Path("benchmarks/results")


def main(check: bool) -> int:
    """Write the README, or only say whether it is current."""
    text = README.read_text(encoding="utf-8")
    current = text
    for part, content in PARTS.items():
        current = replaced(current, part, content())
    if current == text:
        return 0
    if check:
        print(
            "error: README.md is not up to date with what was measured; run `make readme`",
            file=sys.stderr,
        )
        return 1
    write_text(README, current)
    return 0


def frontier() -> str:
    """What is found at each CRF, as a chart that Git hosts draw from its text."""
    rows = crf_rows(load_params().sweep)
    crfs = ", ".join(str(row.metrics["crf"]) for row in rows)
    found = ", ".join(f"{100 * row.metrics['signature']['tpr']:.1f}" for row in rows)
    prints = [row.metrics["fingerprint"] for row in rows]
    drift = ", ".join(f"{100 * one['drift_median'] / one['bits']:.1f}" for one in prints)
    lines = [
        "```mermaid",
        "xychart-beta",
        '    title "Signatures found (upper line), bits of the fingerprint changed (lower), %"',
        f'    x-axis "CRF" [{crfs}]',
        '    y-axis "%" 0 --> 100',
        f"    line [{found}]",
        f"    line [{drift}]",
        "```",
    ]
    return "\n".join(lines)


def replaced(text: str, part: str, content: str) -> str:
    """The text with another content between the marks of a part."""
    begin, end = f"<!-- {part}: made by `make readme` -->", f"<!-- end of {part} -->"
    head, rest = text.split(begin)
    return f"{head}{begin}\n{content}\n{end}{rest.split(end)[1]}"


def results() -> str:
    """The committed metrics as a table."""
    fetch, compress, optimize, validate, drift = (
        _load(stage) for stage in ("fetch", "compress", "optimize", "validate", "hash_drift")
    )
    rows = [
        ("Data", f"{fetch['clips']} clips of {fetch['groups']} recordings; "
                 f"{fetch['train_clips']} natural clips to train, {fetch['test_clips']} to test"),
        ("Codec", f"natural clips, CRF {compress['crf']}: {compress['bitrate_kbps']:.0f} kbit/s, "
                  f"PSNR {compress['psnr_db']:.1f} dB, SSIM {compress['ssim']:.3f}, "
                  f"VMAF {compress['vmaf']:.0f}"),
        ("Signature found (TPR)", f"{validate['tpr']:.1%} of {validate['clips']} held-out clips "
                                  f"(95 % interval {validate['tpr_ci_low']:.1%} to "
                                  f"{validate['tpr_ci_high']:.1%})"),
        ("False positives (FPR)", f"{validate['fpr']:.2%} of {validate['clips']} unmarked clips "
                                  f"and {validate['wrong_key_trials']:,} trials of wrong keys on "
                                  "the same clips, marked and unmarked "
                                  f"(at most {validate['fpr_ci_high']:.1e} by exact interval over "
                                  f"keys); proven bound {validate['fpr_bound']:.0e}"),
        ("Statistic z", f"median {validate['z_median']:.1f}, least {validate['z_min']:.1f}; "
                        f"threshold {validate['z_threshold']:.2f}"),
        ("The mark itself", f"PSNR {validate['psnr_db']:.1f} dB over RGB, "
                            f"SSIM {validate['ssim']:.4f}, VMAF {validate['vmaf']:.1f}; "
                            f"{validate['bitrate_overhead']:+.1%} bitrate"),
        ("What the eye may see (CIEDE2000)", f"median {validate['ciede2000_median']:.2f}, "
                                             f"99.9th percentile {validate['ciede2000_p999']:.2f}; "
                                             f"flicker from frame to frame median "
                                             f"{validate['flicker_median']:.2f}, 99.9th "
                                             f"percentile {validate['flicker_p999']:.2f}"),
        ("Wrong keys", f"{validate['wrong_key_trials']:,} trials: " + ", ".join(
            f"{measured['rate']:.1e} at bound {level}"
            for level, measured in validate["wrong_key_fpr"].items())),
        ("What CMA-ES gained", f"objective {optimize['objective_initial']:.3f} to "
                               f"{optimize['objective_best']:.3f} on training clips, under "
                               f"fresh keys, after {optimize['evaluations']} evaluations"),
        ("Fingerprint drift", f"of natural clips: median {drift['drift_median']:.0f}, 95th "
                              f"percentile {drift['drift_p95']:.0f}, most {drift['drift_max']} "
                              f"of {drift['bits']} bits"),
        ("Distance of different videos", f"least {drift['impostor_min']}, median "
                                         f"{drift['impostor_median']:.0f}; threshold "
                                         f"{drift['threshold']}: FNR {drift['fnr']:.1%}, "
                                         f"FPR {drift['fpr']:.1%}, EER {drift['eer']:.2%}"),
    ]  # fmt: skip
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)])


def sweep() -> str:
    """The rows of the sweep as a table: by CRF, by encoder, by edit."""
    params = load_params()
    rows = [
        ("after", "kbit/s, unmarked", "signature found (95 % interval)", "median z", "threshold",
         "bound", "fingerprint drift, median / most"),
        ("---",) * 7,
    ]  # fmt: skip
    for row in (*crf_rows(params.sweep), *other_rows(params.sweep, params.compress)):
        mark, drift = row.metrics["signature"], row.metrics["fingerprint"]
        rows.append((
            row.label,
            f"{row.metrics['bitrate_kbps']:.0f}",
            f"{mark['tpr']:.1%} of {mark['clips']} "
            f"({mark['tpr_ci_low']:.1%} to {mark['tpr_ci_high']:.1%})",
            f"{mark['z_median']:.1f}",
            f"{mark['z_threshold']:.2f}",
            f"{mark['fpr_bound']:.0e}",
            f"{drift['drift_median']:.0f} / {drift['drift_max']}",
        ))  # fmt: skip
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


METHODS = {
    "adaptive": "gradient through a soft proxy",
    "contrastive": "marked and unmarked pushed apart, through a hard proxy",
    "real_forward": "real H.264 forward, identity backward",
    "cmaes": "CMA-ES on real H.264",
    "hand_set": "hand-set, nothing learned",
    "random_spectrum": "drawn at random, nothing learned",
    "fixed_pattern": "the earlier detector: one pattern, no key",
}


def baselines() -> str:
    """The other ways to choose a mark: a table, at one CRF and at the harder one, and a summary."""
    found: dict[str, Any] = {
        name: json.loads(layout.baseline_metrics(name).read_text(encoding="utf-8"))
        for name in load_params().baseline.methods
    }
    rows = [
        ("CRF", "method", "real encodes", "TPR, proxy", "FPR, proxy", "TPR, real H.264",
         "FPR, real H.264", "median z, proxy / real", "mismatch"),
        ("---",) * 9,
    ]  # fmt: skip
    for harder in (False, True):
        for name, metrics in found.items():
            at = metrics["harder"] if harder else metrics
            proxy, real = at["proxy"], at["real"]
            digits = 2 if name == "fixed_pattern" else 1
            rows.append((
                f"{at['crf']}", f"`{name}`: {METHODS[name]}", f"{metrics['encodes']}",
                _tpr(proxy), _fpr(proxy), _tpr(real), _fpr(real),
                f"{proxy['z_median']:.{digits}f} / {real['z_median']:.{digits}f}",
                f"{at['mismatch_db']:+.1f} dB",
            ))  # fmt: skip
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return table if found.keys() < METHODS.keys() else f"{table}\n\n{_against_the_report(found)}"


def _against_the_report(found: dict[str, Any]) -> str:
    """What was measured beside what the earlier report says, a line each."""
    adaptive, contrastive, fixed = (
        found[name] for name in ("adaptive", "contrastive", "fixed_pattern")
    )
    untrained, loop, cmaes = (found[name] for name in ("hand_set", "real_forward", "cmaes"))
    keyed = [metrics for name, metrics in found.items() if name != "fixed_pattern"]
    worst = max(at["real"]["fpr"] for metrics in keyed for at in (metrics, metrics["harder"]))
    lines = [
        f"`adaptive` is found in {adaptive['proxy']['tpr']:.0%} of clips through its proxy, and in "
        f"{adaptive['real']['tpr']:.0%} on real H.264 (reported: 30 % in the end). Its proxy's "
        f"picture is {adaptive['mismatch_db']:.1f} dB better than the codec's (reported: 10 dB).",
        f"`contrastive` is found in {contrastive['proxy']['tpr']:.0%} through its proxy, in "
        f"{contrastive['real']['tpr']:.0%} on real H.264 at CRF {contrastive['crf']} and in "
        f"{contrastive['harder']['real']['tpr']:.0%} at CRF {contrastive['harder']['crf']} "
        "(reported: 80 % through the proxy and 0 % on H.264).",
        f"With nothing learned, the hand-set spectrum is found in "
        f"{untrained['real']['tpr']:.0%} at CRF {untrained['crf']} (reported: "
        f'"CRF 28 is unsolvable with DCT low-freq poisoning").',
        f"On the real codec, at CRF {cmaes['harder']['crf']}: {_forward(loop, untrained)}; "
        f"CMA-ES, for {cmaes['encodes']}: {cmaes['harder']['real']['z_median']:.1f}; hand-set, "
        f"without any: {untrained['harder']['real']['z_median']:.1f}.",
        f"False positives: at most {worst:.1%} by any keyed method, however it was "
        f"trained; {fixed['real']['fpr']:.0%} of {fixed['real']['clips']} clips by the fixed "
        f"pattern, which finds {fixed['real']['tpr']:.0%} (reported: 40 %).",
    ]
    return "\n".join(f"- {line}" for line in lines)


def _forward(loop: dict[str, Any], untrained: dict[str, Any]) -> str:
    """What the gradient with the codec forward came to."""
    reached = (
        f"median z {loop['harder']['real']['z_median']:.1f} for {loop['encodes']} real encodes"
    )
    kept = all(loop[part] == untrained[part] for part in ("proxy", "real", "harder"))
    return f"`real_forward` {'met nothing better than its start, ' if kept else ''}{reached}"


def _tpr(rates: dict[str, Any]) -> str:
    return (
        f"{rates['tpr']:.0%} of {rates['clips']} "
        f"({rates['tpr_ci_low']:.0%} to {rates['tpr_ci_high']:.0%})"
    )


def _fpr(rates: dict[str, Any]) -> str:
    trials = rates["wrong_key_trials"] + rates["clips"]
    return f"{rates['fpr']:.1%} of {trials:,} (at most {rates['fpr_ci_high']:.1%})"


def first_table(benchmark: str) -> str:
    """The first table of a benchmark's result."""
    lines = (BENCHMARKS / f"{benchmark}.md").read_text(encoding="utf-8").splitlines()
    table = dropwhile(lambda line: not line.startswith("|"), lines)
    return "\n".join(takewhile(lambda line: line.startswith("|"), table))


def _load(stage: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(layout.metrics(stage).read_text(encoding="utf-8"))
    return content


PARTS: dict[str, Callable[[], str]] = {
    "results": results,
    "frontier": frontier,
    "sweep": sweep,
    "halves": partial(first_table, "signature_halves"),
    "baselines": baselines,
    "ucf101": partial(first_table, "ucf101"),
}


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
