import numpy as np
import pytest

from stages.fingerprint.distance import impostor_distances
from stages.fingerprint.impostors import fit
from stages.fingerprint.recipe import fingerprint
from stages.own.comparison import FALSE_POSITIVE_RATE, IMPOSTORS, verdict
from stages.sources.synthetic.drawing import draw

RNG = np.random.default_rng(4)
BITS = RNG.integers(0, 2, 256).astype(bool)


def flipped(count):
    bits = BITS.copy()
    bits[RNG.choice(256, count, replace=False)] ^= True
    return bits


def test_the_threshold_is_the_last_distance_that_proves_enough():
    limit = verdict([BITS], [BITS]).threshold
    assert IMPOSTORS.probability(limit) <= FALSE_POSITIVE_RATE < IMPOSTORS.probability(limit + 1)
    assert verdict([BITS], [flipped(limit)]).finding == "same"
    assert verdict([BITS], [flipped(limit + 1)]).finding == "different"


def test_a_verdict_in_words():
    near, far = str(verdict([BITS], [flipped(3)])), str(verdict([BITS], [flipped(128)]))
    assert near.startswith("the same video: 3 of 256 bits differ")
    assert "probability of at most" in near
    assert far.startswith("not shown to be the same video: 128 of 256")


def test_plain_pictures_prove_nothing():
    plain = fingerprint(draw("solid", 0, 2, 1))
    assert verdict([plain], [plain]).finding == "undecided"
    assert verdict([plain], [BITS]).finding == "undecided"


def test_the_public_model_is_more_careful_than_what_drawn_clips_show():
    hashes = np.array([fingerprint(draw("natural", index, 2, 9)) for index in range(20)])
    shown = fit(impostor_distances(hashes))
    distances = np.arange(128)
    assert np.all(IMPOSTORS.probability(distances) >= shown.probability(distances))
    assert IMPOSTORS.mean == pytest.approx(shown.mean, abs=0.02)


def test_every_comparison_has_its_price():
    one, four = verdict([BITS], [flipped(60)]), verdict([BITS, ~BITS], [flipped(60), ~BITS ^ True])
    assert four.comparisons == 4
    assert four.threshold < one.threshold
    assert IMPOSTORS.probability(four.threshold) * 4 <= FALSE_POSITIVE_RATE
    nearest = verdict([BITS, flipped(120)], [flipped(100), flipped(9)])
    assert nearest.distance == 9
    assert nearest.probability == pytest.approx(4 * IMPOSTORS.probability(9))
    assert "in the best of 4 comparisons" in str(nearest)
