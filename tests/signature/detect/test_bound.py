import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.signature.detect.bound import false_positive_bound, threshold


def test_the_threshold_by_hand():
    # sqrt(2 ln 1e6)
    assert threshold(1e-6) == pytest.approx(5.2565218, abs=1e-6)
    # sqrt(2 ln 5e6): five attempts
    assert threshold(1e-6, attempts=5) == pytest.approx(5.5542683, abs=1e-6)


@given(st.floats(1e-12, 0.1), st.integers(1, 1000))
def test_the_bound_undoes_the_threshold(rate, attempts):
    assert false_positive_bound(threshold(rate, attempts), attempts) == pytest.approx(rate)


@given(st.floats(-50, 50), st.floats(-50, 50))
def test_more_evidence_never_weakens_the_bound(first, second):
    low, high = sorted((first, second))
    assert 0 <= false_positive_bound(high) <= false_positive_bound(low) <= 1


@pytest.mark.parametrize("rate", [0, 1, -1, math.inf])
def test_no_rate_outside_0_and_1(rate):
    with pytest.raises(ValueError, match="between 0 and 1"):
        threshold(rate)


@pytest.mark.parametrize("q", [[1.0] * 20, [1.0, 1e-3, 1e-3], list(np.geomspace(1, 1e-4, 18))])
def test_hoeffding_holds_for_every_sign_pattern_of_any_vector(q):
    """All sign patterns, one by one: the tail of z is under the bound for flat and spiky q."""
    q = np.array(q)
    patterns = 1 - 2 * ((np.arange(2 ** len(q))[:, None] >> np.arange(len(q))) & 1)
    z = patterns @ q / np.linalg.norm(q)
    for t in np.linspace(0.1, 5, 25):
        assert np.mean(z >= t) <= false_positive_bound(t) + 1e-12
