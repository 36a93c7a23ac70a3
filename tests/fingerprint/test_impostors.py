import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from stages.common.errors import AfterimageError
from stages.fingerprint.impostors import ImpostorModel, fit, threshold

samples = st.lists(st.integers(40, 200), min_size=3, max_size=60)
rates = st.floats(1e-15, 0.5)


def test_with_as_many_free_bits_as_bits_the_model_is_the_binomial():
    model = ImpostorModel(bits=256, mean=0.47, freedom=256)
    distances = np.arange(-1, 257)
    expected = binom.cdf(distances, 256, 0.47)
    np.testing.assert_allclose(model.probability(distances), expected, rtol=1e-9)


def test_the_degrees_of_freedom_of_iris_codes():
    """Daugman 2004, Section V: mean 0.499 and standard deviation 0.0317 make 249 of them."""
    spread = np.array([-1.0, 0.0, 1.0]) * 0.0317
    model = fit(2048 * (0.499 + spread), bits=2048)
    assert model.mean == pytest.approx(0.499)
    assert model.freedom == pytest.approx(249, abs=1)


@pytest.mark.parametrize(
    ("distance", "odds"), [(0.30, 1.5e9), (0.31, 185e6), (0.32, 26e6), (0.33, 4e6), (0.35, 133e3)]
)
def test_the_odds_of_a_false_match_of_iris_codes(distance, odds):
    """Daugman 2004, Table I: the best of seven rotations."""
    model = ImpostorModel(bits=2048, mean=0.5, freedom=249)
    assert 1 / (7 * model.probability(distance * 2048)) == pytest.approx(odds, rel=0.2)


@pytest.mark.parametrize("freedom", [60, 128, 200])
def test_mean_and_spread_of_the_model_are_those_that_it_was_fitted_to(freedom):
    model = ImpostorModel(bits=256, mean=0.48, freedom=freedom)
    distances = np.arange(257)
    mass = np.diff(model.probability(distances), prepend=0.0)
    mean = float(mass @ distances)
    variance = float(mass @ (distances - mean) ** 2)
    assert mean == pytest.approx(0.48 * 256, abs=0.05)
    assert variance == pytest.approx(256**2 * 0.48 * 0.52 / freedom, rel=0.02)


def test_the_fit_recovers_correlated_coins():
    """Coins glued together in pairs are half as many free ones."""
    rng = np.random.default_rng(1)
    sample = 2 * rng.binomial(128, 0.5, 20_000)
    model = fit(sample, 256)
    assert model.mean == pytest.approx(0.5, abs=0.001)
    assert model.freedom == pytest.approx(128, rel=0.04)


def test_the_gap_tells_a_fit_from_a_misfit():
    rng = np.random.default_rng(2)
    coins = rng.binomial(256, 0.5, 5000)
    assert fit(coins, 256).gap(coins) < 0.02
    two_crowds = np.concatenate([coins[:2500] - 40, coins[2500:] + 40])
    assert fit(two_crowds, 256).gap(two_crowds) > 0.1


def test_a_sample_narrower_than_coins_gets_no_more_freedom_than_bits():
    assert fit([128, 128, 128, 128], 256).freedom == 256
    assert fit([127, 128, 128, 129], 256).freedom == 256


def test_a_threshold_by_hand():
    """The tail of 256 fair coins is 9.4e-10 at 80 and 2.1e-9 at 81."""
    assert binom.cdf(80, 256, 0.5) == pytest.approx(9.4e-10, rel=0.01)
    assert threshold([128] * 5, 256, false_positive_rate=1e-9) == 80


@given(samples, rates, rates)
def test_a_threshold_grows_with_the_rate_and_keeps_it(sample, rate, other):
    low, high = sorted([rate, other])
    model = fit(sample, 256)
    assert model.threshold(low) <= model.threshold(high)
    assert model.probability(model.threshold(high)) <= high
    assert model.probability(model.threshold(high) + 1) > high


@given(samples, rates)
def test_more_distance_is_never_less_probable(sample, rate):
    steps = fit(sample, 256).probability(np.arange(-2, 260))
    assert np.all(np.diff(steps) >= 0)
    assert steps[0] == 0
    assert steps[-1] == 1


def test_where_even_identity_proves_nothing_there_is_no_threshold():
    assert threshold([0, 1, 0, 2, 200], 256, false_positive_rate=1e-6) == -1


def test_too_few_distances_are_refused_with_the_number():
    with pytest.raises(AfterimageError, match="1 impostor distances: 3 are needed"):
        fit([128], 256)
