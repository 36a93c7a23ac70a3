import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.common.statistics import auc
from stages.fingerprint.counted import counted
from stages.fingerprint.impostors import fit
from stages.fingerprint.rates import area_under_curve, false_positive_rate

distances = st.lists(st.integers(0, 256), min_size=3, max_size=60)


@given(distances, distances)
def test_counting_loses_nothing(genuine, impostor):
    sample = counted(impostor)
    assert sample.size == len(impostor)
    assert sample.least == min(impostor)
    assert sample.median == np.median(impostor)
    mean, variance = sample.mean_and_variance()
    assert mean == pytest.approx(np.mean(impostor))
    assert variance == pytest.approx(np.var(impostor, ddof=1))
    for limit in (-1, 0, 100, 256, 300):
        assert false_positive_rate(sample, limit) == np.mean(np.array(impostor) <= limit)
    expected = auc(-np.array(genuine), -np.array(impostor))
    assert area_under_curve(genuine, sample) == pytest.approx(expected)


@given(distances)
def test_a_model_of_counts_is_that_of_the_list(impostor):
    """Their moments are computed in two ways."""
    of_counts, of_list = fit(counted(impostor), 256), fit(impostor, 256)
    assert of_counts.mean == pytest.approx(of_list.mean)
    assert of_counts.freedom == pytest.approx(of_list.freedom)
