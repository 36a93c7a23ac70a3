import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from stages.common.statistics import auc, exact_interval


def test_an_exact_interval_by_hand():
    # With no hit in n trials, the upper end solves (1 - p)^n = 0.025; with all, it mirrors.
    assert exact_interval(0, 20, 0.95) == pytest.approx((0.0, 1 - 0.025 ** (1 / 20)))
    assert exact_interval(20, 20, 0.95) == pytest.approx((0.025 ** (1 / 20), 1.0))


@given(st.integers(1, 60), st.data())
def test_an_exact_interval_leaves_the_stated_tails(trials, data):
    hits = data.draw(st.integers(1, trials))
    low, high = exact_interval(hits, trials, 0.9)
    assert binom.sf(hits - 1, trials, low) == pytest.approx(0.05, abs=1e-6)
    if hits < trials:
        assert binom.cdf(hits, trials, high) == pytest.approx(0.05, abs=1e-6)


@given(st.lists(st.integers(-9, 9), min_size=1), st.lists(st.integers(-9, 9), min_size=1))
def test_auc_is_the_share_of_pairs_in_order(positives, negatives):
    wins = sum((p > n) + 0.5 * (p == n) for p in positives for n in negatives)
    assert auc(positives, negatives) == pytest.approx(wins / (len(positives) * len(negatives)))
