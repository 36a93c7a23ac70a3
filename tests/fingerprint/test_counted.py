import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.common.statistics import auc
from stages.fingerprint.counted import Counted, counted
from stages.fingerprint.distance import impostor_counts, impostor_distances
from stages.fingerprint.impostors import fit
from stages.fingerprint.rates import area_under_curve, equal_error_rate, false_positive_rate

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
    assert equal_error_rate(genuine, sample) == equal_error_rate(genuine, impostor)
    expected = auc(-np.array(genuine), -np.array(impostor))
    assert area_under_curve(genuine, sample) == pytest.approx(expected)
    for mine, theirs in zip(*(vars(fit(one)).values() for one in (sample, impostor)), strict=True):
        assert mine == pytest.approx(theirs)


def test_pairs_are_counted_as_they_are_listed():
    """More videos than are compared at once."""
    rng = np.random.default_rng(1)
    hashes = list(rng.random((600, 64)) < 0.5)
    recordings = [f"{index // 3}" for index in range(600)]
    listed = impostor_distances(hashes, recordings)
    assert listed.size == 600 * 597 // 2
    np.testing.assert_array_equal(
        impostor_counts(hashes, recordings), np.bincount(listed, minlength=65)
    )
    assert Counted(impostor_counts([], [])).size == 0
