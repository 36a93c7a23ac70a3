"""The rows and metrics of `hash_drift`, of clips whose fingerprints are set by hand."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.common.errors import AfterimageError
from stages.fingerprint.counted import Counted, counted
from stages.fingerprint.recipe import recipe
from stages.hash_drift import Drift, HashedClip, impostors_of, summary, table, tally
from stages.video.clips import Clip

OURS = recipe("afterimage")
CLIP = Clip(
    id="", path="", kind="natural", group="", class_name="", clip_number="", split="test",
    width=8, height=8, fit="crop", fps="25", frames=1, sha256="",
)  # fmt: skip


def hashed(name, group, ones, drift, kind="natural"):
    """Make a clip whose fingerprint begins with some ones."""
    clip = replace(CLIP, id=name, group=group, kind=kind)
    return HashedClip(clip, np.arange(256) < ones, drift)


# Two videos of the lake, two others, and a test pattern as near to the lake as can be.
CLIPS = [
    hashed("a", "lake", 0, 1),
    hashed("b", "lake", 10, 3),
    hashed("c", "door", 110, 2),
    hashed("d", "wall", 250, 110),
    hashed("square", "square", 0, 7, kind="square"),
]


@given(st.lists(st.integers(0, 256), max_size=50))
def test_every_pair_is_in_the_tally_once(distances):
    rows = tally(counted(distances))
    repeated = [row["distance"] for row in rows for _ in range(row["pairs"])]
    assert repeated == sorted(distances)
    assert all(row["pairs"] > 0 for row in rows)


def test_a_row_has_the_nearest_natural_clip_of_another_recording():
    assert table(CLIPS, OURS) == [
        Drift("a", "natural", "lake", 1, 110),
        Drift("b", "natural", "lake", 3, 100),
        Drift("c", "natural", "door", 2, 100),
        Drift("d", "natural", "wall", 110, 140),
        Drift("square", "square", "square", 7, -1),
    ]


def test_impostors_are_natural_clips_of_different_recordings():
    distances = tally(impostors_of(CLIPS, OURS))
    assert {row["distance"]: row["pairs"] for row in distances} == {
        100: 1, 110: 1, 140: 1, 240: 1, 250: 1,
    }  # fmt: skip


def test_the_distances_are_the_recipes():
    halved = replace(OURS, distances=lambda some, every: OURS.distances(some, every) // 2)
    assert impostors_of(CLIPS, halved).least == 50
    assert [row.nearest_impostor for row in table(CLIPS, halved)] == [55, 50, 50, 70, -1]


def test_the_metrics_by_hand():
    metrics = summary(CLIPS, impostors_of(CLIPS, OURS), OURS.bits, 1e-6)
    # So few clips, and so far spread, that no distance is proof.
    assert metrics["threshold"] == -1
    assert (metrics["fnr"], metrics["fpr"]) == (1, 0)
    assert (metrics["bits"], metrics["clips"], metrics["impostor_pairs"]) == (256, 4, 5)
    assert (metrics["drift_median"], metrics["drift_max"]) == (2.5, 110)
    assert metrics["drift_p95"] == pytest.approx(3 + 0.85 * 107)
    assert (metrics["impostor_min"], metrics["impostor_median"]) == (100, 140)
    # The drift of 110 is beyond one impostor distance and equal to another.
    assert metrics["auc"] == pytest.approx((15 + 3.5) / 20)
    assert (metrics["drift_median_square"], metrics["drift_max_square"]) == (7, 7)


def test_the_threshold_is_fitted_to_the_impostors_alone():
    rng = np.random.default_rng(1)
    impostors = counted(rng.binomial(256, 0.5, 5000))
    metrics = summary(CLIPS, impostors, 256, 1e-6)
    # The tail of 256 fair coins is 9e-7 at 89 and 1.5e-6 at 90.
    assert metrics["threshold"] == pytest.approx(89, abs=2)
    assert metrics["fnr"] == 0.25


def test_without_two_recordings_there_is_no_summary():
    with pytest.raises(AfterimageError, match="no two natural clips of different recordings"):
        summary(CLIPS[:2], impostors_of(CLIPS[:2], OURS), 256, 1e-6)
    with pytest.raises(AfterimageError, match="no two natural clips of different recordings"):
        summary([], Counted(np.zeros(1, np.int64)), 256, 1e-6)
