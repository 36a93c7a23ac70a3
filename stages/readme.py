"""Bring the generated part of the README up to date: ``python -m stages.readme [--check]``."""

import json
import sys
from pathlib import Path
from typing import Any

from stages.files import write_text
from stages.pipeline import layout

README = Path("README.md")
BEGIN, END = "<!-- results: made by `make readme` -->", "<!-- end of results -->"


def main(check: bool) -> int:
    """Write the README, or only say whether it is current."""
    text = README.read_text(encoding="utf-8")
    head, rest = text.split(BEGIN)
    tail = rest.split(END)[1]
    current = f"{head}{BEGIN}\n{results()}\n{END}{tail}"
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
        ("What CMA-ES gained", f"objective {optimize['objective_initial']:.1f} to "
                               f"{optimize['objective_best']:.1f} in "
                               f"{optimize['evaluations']} evaluations (training clips)"),
        ("Fingerprint drift", f"median {drift['drift_median']:.0f}, 95 % under "
                              f"{drift['drift_p95']:.0f}, most {drift['drift_max']} "
                              f"of {drift['bits']} bits"),
        ("Distance of different videos", f"least {drift['impostor_min']}, median "
                                         f"{drift['impostor_median']:.0f}; threshold "
                                         f"{drift['threshold']}: FNR {drift['fnr']:.1%}, "
                                         f"FPR {drift['fpr']:.1%}, EER {drift['eer']:.2%}"),
    ]  # fmt: skip
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)])


def _load(stage: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(layout.metrics(stage).read_text(encoding="utf-8"))
    return content


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
