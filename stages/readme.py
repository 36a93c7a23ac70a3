"""Bring the generated part of the README up to date: ``python -m stages.readme [--check]``."""

import json
import sys
from pathlib import Path
from typing import Any

from stages.files import write_text
from stages.pipeline import layout
from stages.pipeline.params_file import load_params
from stages.rows import crf_rows, other_rows

README = Path("README.md")


def main(check: bool) -> int:
    """Write the README, or only say whether it is current."""
    text = README.read_text(encoding="utf-8")
    current = replaced(replaced(text, "results", results()), "sweep", sweep())
    if current == text:
        return 0
    if check:
        print(
            "error: README.md does not show metrics/ as they are; run `make readme`",
            file=sys.stderr,
        )
        return 1
    write_text(README, current)
    return 0


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
        ("Codec", f"CRF {compress['crf']}: {compress['bitrate_kbps']:.0f} kbit/s, "
                  f"PSNR {compress['psnr_db']:.1f} dB, SSIM {compress['ssim']:.3f}, "
                  f"VMAF {compress['vmaf']:.0f}"),
        ("Signature found (TPR)", f"{validate['tpr']:.1%} of {validate['clips']} held-out clips "
                                  f"(95 % interval {validate['tpr_ci_low']:.1%} to "
                                  f"{validate['tpr_ci_high']:.1%})"),
        ("Innocent accused (FPR)", f"{validate['fpr']:.2%} of "
                                   f"{validate['wrong_key_trials'] + validate['clips']:,} trials "
                                   f"(at most {validate['fpr_ci_high']:.1e} by exact interval); "
                                   f"proven bound {validate['fpr_bound']:.0e}"),
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
                               f"{optimize['objective_best']:.3f} on all training clips, confirmed "
                               f"under fresh keys, after {optimize['evaluations']} evaluations"),
        ("Fingerprint drift", f"median {drift['drift_median']:.0f}, 95 % under "
                              f"{drift['drift_p95']:.0f}, most {drift['drift_max']} "
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
        ("after", "kbit/s", "signature found (95 % interval)", "median z", "threshold", "bound",
         "fingerprint drift, median / most"),
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


def _load(stage: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(layout.metrics(stage).read_text(encoding="utf-8"))
    return content


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
