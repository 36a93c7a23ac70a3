import numpy as np
import pytest

from stages.fingerprint.distance import impostor_distances
from stages.fingerprint.impostors import fit
from stages.fingerprint.recipe import fingerprint, recipe
from stages.own.comparison import FALSE_POSITIVE_RATE, IMPOSTORS, RECIPE, compare
from stages.sources.synthetic.drawing import draw

BITS = np.random.default_rng(4).random(256) < 0.5


def differing(count):
    """Make a fingerprint that differs from ``BITS`` in some places."""
    bits = BITS.copy()
    bits[np.random.default_rng(count).choice(256, count, replace=False)] ^= True
    return bits


def test_the_threshold_is_the_last_distance_that_proves_enough():
    limit = compare([BITS], [BITS]).threshold
    assert IMPOSTORS.probability(limit) <= FALSE_POSITIVE_RATE < IMPOSTORS.probability(limit + 1)
    assert compare([BITS], [differing(limit)]).finding == "same"
    assert compare([BITS], [differing(limit + 1)]).finding == "different"


def test_a_comparison_in_words():
    near, far = str(compare([BITS], [differing(3)])), str(compare([BITS], [differing(128)]))
    assert near.startswith("the same video: 3 of 256 bits differ. ")
    assert f"probability of at most {float(IMPOSTORS.probability(3)):.1e}" in near
    assert "up to 70 bits count as the same video" in near
    assert far.startswith("not shown to be the same video: 128 of 256 bits differ. ")


def test_plain_pictures_prove_nothing():
    plain = fingerprint(draw("solid", 0, 2, 1))
    assert compare([plain], [plain]).finding == "undecided"
    assert compare([plain], [BITS]).finding == "undecided"
    assert compare([BITS], [BITS, plain]).finding == "undecided"


def test_the_public_model_is_more_careful_than_what_drawn_clips_show():
    hashes = [fingerprint(draw("natural", index, 2, 9)) for index in range(20)]
    shown = fit(impostor_distances(hashes), 256)
    distances = np.arange(128)
    assert np.all(IMPOSTORS.probability(distances) >= shown.probability(distances))
    assert IMPOSTORS.mean == pytest.approx(shown.mean, abs=0.02)


def test_the_public_model_is_of_the_recipe():
    assert IMPOSTORS.bits == recipe(RECIPE).bits


def test_every_pair_of_readings_has_its_price():
    alone = compare([BITS], [differing(60)])
    four = compare([BITS, differing(120)], [differing(100), differing(9)])
    assert (alone.pairs, four.pairs) == (1, 4)
    assert four.threshold < alone.threshold
    assert IMPOSTORS.probability(four.threshold) * 4 <= FALSE_POSITIVE_RATE
    assert IMPOSTORS.probability(four.threshold + 1) * 4 > FALSE_POSITIVE_RATE
    assert four.distance == 9
    assert four.probability == pytest.approx(4 * IMPOSTORS.probability(9))
    assert "9 of 256 bits differ in the best of 4 comparisons" in str(four)


def test_a_bound_on_a_probability_is_at_most_one():
    assert compare([BITS, BITS], [~BITS, ~BITS]).probability == 1
