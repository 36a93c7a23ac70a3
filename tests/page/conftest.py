"""Results as the stages leave them, for a page without a pipeline behind it."""

import numpy as np
import pytest

from stages.page.charts.convergence import Step
from stages.page.contents import page
from stages.page.html import render
from stages.page.pictures import Strip
from stages.page.results import ClipScore, Results, Row, Setting
from stages.signature.model.spectrum import Carrier, Signature

# Names come from files, and files from anywhere.
HOSTILE = '<script src="https://example.invalid/x.js"></script>&.mkv'


def rates(tpr: float) -> dict[str, float]:
    return {
        "tpr": tpr, "tpr_ci_low": max(0, tpr - 0.2), "tpr_ci_high": min(1, tpr + 0.2), "clips": 10,
        "z_median": 9.1, "z_min": 4.2, "z_threshold": 5.26,
    }  # fmt: skip


def row(name: str, label: str, crf: int, tpr: float) -> Row:
    rate = 4000 / crf
    return Row(
        name, label,
        {
            "crf": crf, "bitrate_kbps": rate, "psnr_db": 60 - crf,
            "bitrate_kbps_marked": 1.1 * rate, "psnr_db_marked": 59 - crf,
            "signature": rates(tpr), "fingerprint": {"drift_median": 3.0, "drift_max": 9},
        },
    )  # fmt: skip


def judged(tpr: float, fpr_bound: float = 1e-6) -> dict[str, object]:
    """Return a baseline's metrics."""
    return {"crf": 28, "harder": {"crf": 40, "real": rates(tpr) | {"fpr_bound": fpr_bound}}}


@pytest.fixture(scope="session")
def results() -> Results:
    """Make results with a clip and a baseline of hostile names, and as many baselines as exist."""
    rng = np.random.default_rng(1)
    clips = [HOSTILE, *(f"clip {index}.mkv" for index in range(9))]
    crfs = (18, 28, 40, 51)
    return Results(
        setting=Setting("libx264 at CRF 28", 28, 1e-6, 0.95),
        fetch={"clips": 48, "groups": 40, "train_clips": 13, "test_clips": 10},
        validate=rates(0.9) | {
            "wrong_key_trials": 5000, "fpr": 0.0, "fpr_bound": 1e-6, "auc": 0.998,
            "frames_per_clip": 60, "psnr_db": 45.0, "ssim": 0.998, "vmaf": 97.7,
            "bitrate_overhead": 0.12, "ciede2000_median": 0.6, "ciede2000_p999": 7.0,
            "wrong_key_fpr": {"1e-01": {"rate": 0.0162, "ci_high": 0.0169}},
        },
        optimize={"evaluations": 61, "objective_initial": 0.577, "objective_best": 0.698},
        hash_drift={
            "bits": 256, "drift_median": 1.0, "drift_max": 4, "impostor_min": 102,
            "threshold": 87, "fnr": 0.0, "fpr": 0.0, "eer": 0.0, "clips": 10,
            "impostor_pairs": 45,
        },
        scores=[
            ClipScore(clip, *map(float, rng.normal((9, 0, 4, 45, 97), 1))) for clip in clips
        ],
        steps=[Step(1, 0.57, 0.66, 0.6), Step(2, 0.6, 0.65, 0.61), Step(3, 0.58, 0.7, 0.64)],
        drifts=[0, 1, 1, 2, 4],
        impostors={102: 1, 120: 14, 128: 20, 140: 10},
        signature=Signature((
            Carrier("Y", 32, 2, 0.6, 0.03, 0.5, 0.1, 9, 0.5, 0.8, 0.6, 0.3),
            Carrier("V", 40, 10, 0.4, 0.03, 0.3, -0.3, 15, 0.5, 0.4, 0.6, 0.6),
        )),
        crf_rows=[
            row(f"crf{crf}", f"CRF {crf}", crf, tpr)
            for crf, tpr in zip(crfs, (1.0, 0.9, 0.7, 0.2), strict=True)
        ],
        z_by_crf=[rng.normal(mean, 2, 10).tolist() for mean in (20, 14, 8, 4)],
        other_rows=[
            row("libx265", "libx265, CRF 30", 30, 0.8),
            row("cropped", "5 % cut away and enlarged, CRF 28", 28, 0.8),
        ],
        baselines=[
            Row("fixed", "fixed <p> & $x_{$", judged(0.1)),
            Row("no bound", "no bound", judged(0.3, fpr_bound=1.0)),
            *(
                Row(name, name, judged(tpr))
                for name, tpr in (
                    ("adaptive", 0.3), ("contrastive", 0.0), ("real_forward", 0.8),
                    ("hand_set", 0.7), ("random_spectrum", 0.6), ("cmaes", 0.9),
                )
            ),
        ],
        strips={
            name: Strip(*rng.integers(0, 256, (4, 48, 64, 3), np.uint8)) for name in clips[:2]
        },
    )  # fmt: skip


@pytest.fixture(scope="session")
def html(results) -> str:
    """Render the page of these results."""
    return render(page(results))
