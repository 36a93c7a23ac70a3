"""Generated parts of the README and of `docs/`: ``python -m stages.commands.readme [--check]``.

A generated part stands between two comments in its document; its numbers come from `metrics/` and
`benchmarks/results/`. The README's figure is generated too, as two files.
"""

import sys
from collections.abc import Callable, Iterable
from functools import partial
from itertools import dropwhile, takewhile
from pathlib import Path

from stages.commands.readme_figure import survival_figures
from stages.common.command_line import report_errors
from stages.common.errors import AfterimageError
from stages.common.files import write_text
from stages.common.records import record
from stages.page.charts.survival import Share
from stages.page.results import Metrics
from stages.page.rows import crf_rows, edit_rows, encoder_rows
from stages.pipeline import layout
from stages.pipeline.metrics import read_metrics
from stages.pipeline.params import Params
from stages.pipeline.params.file import load_params

with report_errors():
    # It needs autograd.
    from stages.baselines.method import Method

README = Path("README.md")
DOCS = Path("docs")
BENCHMARKS = Path("benchmarks/results")
# The figure shows those of the earlier approaches that learn through a proxy of the codec.
THROUGH_A_PROXY = ("adaptive", "contrastive")


def main(check: bool) -> int:
    """Write every generated file, or only check that they are current; return the exit status."""
    stale = {path: text for path, text in generated().items() if text != _text_of(path)}
    for path, text in stale.items():
        if check:
            print(
                f"error: {path} is not up to date with what was measured; run `make readme`",
                file=sys.stderr,
            )
        else:
            write_text(path, text)
    return 1 if check and stale else 0


def generated() -> dict[Path, str]:
    """Return the text that every document and every figure should have."""
    return {path: filled(_text_of(path), parts) for path, parts in PARTS.items()} | figures()


def filled(text: str, parts: dict[str, Callable[[], str]]) -> str:
    """Put the current content into all generated parts of a document."""
    for part, content in parts.items():
        text = replaced(text, part, content())
    return text


def figures() -> dict[Path, str]:
    """Draw the README's figure, for light and for dark pages."""
    params = load_params()
    rows = crf_rows(_crf_metrics(params.sweep.crf))
    ours = [_share(row.metrics["crf"], row.metrics["signature"]) for row in rows]
    peers = {
        name: [_share(at["crf"], at["real"]) for at in (metrics, metrics["harder"])]
        for name, metrics in _proxy_metrics(params).items()
    }
    return {
        DOCS / f"survival-{scheme}.svg": svg
        for scheme, svg in survival_figures(ours, peers).items()
    }


def caption() -> str:
    """Write what the figure shows, with the numbers of clips."""
    params = load_params()
    mark, *_ = (row["signature"] for row in _crf_metrics(params.sweep.crf).values())
    counts = "".join(
        f"; `{name}`: {metrics['real']['clips']} of them"
        for name, metrics in _proxy_metrics(params).items()
    )
    lines = (
        "Share of marks found after H.264, with exact "
        f"{params.validation.confidence:.0%} intervals, at a proven false positive rate of at most "
        f"{mark['fpr_bound']:.0e}.",
        f"Ours: one signature at every CRF, {mark['clips']} held-out clips{counts}.",
    )
    return "\n".join(lines)


def _proxy_metrics(params: Params) -> dict[str, Metrics]:
    """Return the metrics of the methods that learn through a proxy, as far as they are in use."""
    return {
        name: read_metrics(layout.baseline_metrics(name))
        for name in THROUGH_A_PROXY
        if name in params.baseline.methods
    }


def _share(crf: int, rates: Metrics) -> Share:
    return Share(f"CRF {crf}", crf, rates["tpr"], rates["tpr_ci_low"], rates["tpr_ci_high"])


def _text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def replaced(text: str, part: str, content: str) -> str:
    """Put another content between the comments that enclose a part of the text."""
    begin, end = f"<!-- {part}: made by `make readme` -->", f"<!-- end of {part} -->"
    if begin not in text or end not in text:
        raise AfterimageError(f"no part {part!r} in the document; it begins with {begin!r}")
    head, rest = text.split(begin)
    return f"{head}{begin}\n{content}\n{end}{rest.split(end)[1]}"


def results() -> str:
    """Write the headline metrics as a table."""
    fetch, compress, optimize, validate, drift = (
        read_metrics(layout.metrics(stage))
        for stage in ("fetch", "compress", "optimize", "validate", "hash_drift")
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
    """Write the rows of the sweep as a table: by CRF, by encoder, by edit."""
    params = load_params()
    rows = [
        ("after", "kbit/s, unmarked", "signature found (95 % interval)", "median z", "threshold",
         "bound", "fingerprint drift, median / most"),
        ("---",) * 7,
    ]  # fmt: skip
    measured = (
        *crf_rows(_crf_metrics(params.sweep.crf)),
        *encoder_rows(_sweep_metrics(params.sweep.encoders)),
        *edit_rows(_sweep_metrics(params.sweep.edits), params.compress.crf),
    )
    for row in measured:
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


# Those that the earlier report has numbers of, and those that they are compared with.
COMPARED = {"adaptive", "contrastive", "real_forward", "cmaes", "hand_set", "fixed_pattern"}


def baselines() -> str:
    """Write the other ways to choose a mark as a table, at both CRFs, and a summary."""
    measured: dict[str, Metrics] = {
        name: read_metrics(layout.baseline_metrics(name)) for name in load_params().baseline.methods
    }
    rows = [
        ("CRF", "method", "real encodes", "TPR, proxy", "FPR, proxy", "TPR, real H.264",
         "FPR, real H.264", "median score, proxy / real", "mismatch"),
        ("---",) * 9,
    ]  # fmt: skip
    for harder in (False, True):
        for name, metrics in measured.items():
            at = metrics["harder"] if harder else metrics
            proxy, real = at["proxy"], at["real"]
            label = record("schemes", name, Method).label
            digits = 1 if _has_key(metrics) else 2
            rows.append((
                f"{at['crf']}", f"`{name}`: {label}", f"{metrics['encodes']}",
                _tpr(proxy), _fpr(proxy), _tpr(real), _fpr(real),
                f"{proxy['z_median']:.{digits}f} / {real['z_median']:.{digits}f}",
                f"{at['mismatch_db']:+.1f} dB",
            ))  # fmt: skip
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    if measured.keys() >= COMPARED:
        return f"{table}\n\n{_against_the_report(measured)}"
    return table


def _has_key(metrics: Metrics) -> bool:
    """Tell whether a bound is proven: a detector without a key has none, and scores of its own."""
    return bool(metrics["real"]["fpr_bound"] < 1)


def _against_the_report(measured: dict[str, Metrics]) -> str:
    """Write the results beside those of the earlier report, a line each."""
    adaptive, contrastive, fixed = (
        measured[name] for name in ("adaptive", "contrastive", "fixed_pattern")
    )
    untrained, loop, cmaes = (measured[name] for name in ("hand_set", "real_forward", "cmaes"))
    keyed = [metrics for metrics in measured.values() if _has_key(metrics)]
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


def _forward(loop: Metrics, untrained: Metrics) -> str:
    """Write the result of the gradient with the codec forward."""
    reached = (
        f"median z {loop['harder']['real']['z_median']:.1f} for {loop['encodes']} real encodes"
    )
    kept = all(loop[part] == untrained[part] for part in ("proxy", "real", "harder"))
    return f"`real_forward` {'met nothing better than its start, ' if kept else ''}{reached}"


def _tpr(rates: Metrics) -> str:
    return (
        f"{rates['tpr']:.0%} of {rates['clips']} "
        f"({rates['tpr_ci_low']:.0%} to {rates['tpr_ci_high']:.0%})"
    )


def _fpr(rates: Metrics) -> str:
    trials = rates["wrong_key_trials"] + rates["clips"]
    return f"{rates['fpr']:.1%} of {trials:,} (at most {rates['fpr_ci_high']:.1%})"


def first_table(benchmark: str) -> str:
    """Copy the first table of a benchmark's result."""
    lines = (BENCHMARKS / f"{benchmark}.md").read_text(encoding="utf-8").splitlines()
    table = dropwhile(lambda line: not line.startswith("|"), lines)
    return "\n".join(takewhile(lambda line: line.startswith("|"), table))


def _crf_metrics(crfs: Iterable[int]) -> dict[str, Metrics]:
    return _sweep_metrics(f"crf{crf}" for crf in crfs)


def _sweep_metrics(rows: Iterable[str]) -> dict[str, Metrics]:
    return {row: read_metrics(layout.sweep_metrics(row)) for row in rows}


PARTS: dict[Path, dict[str, Callable[[], str]]] = {
    README: {"figure": caption, "results": results},
    DOCS / "results.md": {
        "sweep": sweep,
        "halves": partial(first_table, "signature_halves"),
        "gain": partial(first_table, "search_gain"),
        "peers": partial(first_table, "peers_signature"),
        "hashes": partial(first_table, "peers_fingerprint"),
    },
    DOCS / "usage.md": {"own": partial(first_table, "own_video")},
    DOCS / "baselines.md": {"baselines": baselines},
    DOCS / "threats.md": {"averaging": partial(first_table, "averaging")},
    DOCS / "ucf101.md": {"ucf101": partial(first_table, "ucf101")},
}


if __name__ == "__main__":
    with report_errors():
        sys.exit(main(check="--check" in sys.argv[1:]))
