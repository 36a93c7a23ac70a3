import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.fingerprint.rates import (
    area_under_curve,
    equal_error_rate,
    false_negative_rate,
    false_positive_rate,
)

GENUINE, IMPOSTOR = [0, 2, 4, 90], [80, 100, 120, 128, 130]
distances = st.lists(st.integers(0, 256), min_size=1, max_size=30)


def test_rates_by_hand():
    assert false_negative_rate(GENUINE, 4) == 0.25
    assert false_negative_rate(GENUINE, 3) == 0.5
    assert false_positive_rate(IMPOSTOR, 79) == 0
    assert false_positive_rate(IMPOSTOR, 80) == 0.2


def test_equal_error_by_hand():
    """Misses stay at 1/4 from 4 to 89; false matches jump from 0 to 1/5 at 80.

    At 90 misses fall to 0 while false matches stay at 1/5: the curves cross at 1/5.
    """
    assert equal_error_rate(GENUINE, IMPOSTOR) == pytest.approx(0.2)


def test_the_area_by_hand():
    """15 of 20 pairs have one of the three near; at distance 90, one is nearer and four are not."""
    assert area_under_curve(GENUINE, IMPOSTOR) == (15 + 4) / 20
    assert area_under_curve([7], [7]) == 0.5


def test_what_is_apart_has_no_errors_and_what_is_alike_is_a_coin():
    assert equal_error_rate([0, 3], [90, 99]) == 0
    assert equal_error_rate([7, 7], [7, 7]) == 0.5


@given(distances, distances)
def test_equal_error_lies_on_both_curves(genuine, impostor):
    thresholds = range(-1, 257)
    misses = np.array([np.mean(np.array(genuine) > t) for t in thresholds])
    matches = np.array([np.mean(np.array(impostor) <= t) for t in thresholds])
    after = int(np.argmax(matches >= misses))
    rate = equal_error_rate(genuine, impostor)
    assert misses[after] - 1e-12 <= rate <= misses[after - 1] + 1e-12
    assert matches[after - 1] - 1e-12 <= rate <= matches[after] + 1e-12
