"""The rates, against values by hand and SciPy's beta distribution."""

import pytest
from scipy.stats import beta

from stages.contest.rates import detection_rates, false_positives


def test_rates_by_hand():
    rates = detection_rates(
        [4.0, 6.0, 8.0, 10.0],
        [0.5, -0.5, 7.0],
        threshold=5.0,
        false_positive_bound=3.7267e-5,
        confidence=0.95,
    )
    assert rates["tpr"] == 0.75
    assert rates["fpr"] == pytest.approx(1 / 3)
    assert rates["tpr_ci_low"] == pytest.approx(beta.ppf(0.025, 3, 2))
    assert rates["tpr_ci_high"] == pytest.approx(beta.ppf(0.975, 4, 1))
    assert rates["fpr_ci_high"] == pytest.approx(beta.ppf(0.975, 2, 2))
    assert (rates["fpr_bound"], rates["z_threshold"]) == (3.7267e-5, 5.0)
    assert (rates["z_median"], rates["z_min"], rates["clips"]) == (7.0, 4.0, 4)
    # Of twelve pairs, the marked one scores less in (4, 7) and (6, 7).
    assert rates["auc"] == pytest.approx(10 / 12)


def test_false_positives_are_counted_over_unmarked_clips_and_wrong_keys():
    """Two clips, five wrong keys on each, marked and unmarked: 1 + 3 positives in 22 trials."""
    rates = false_positives([0.5, 6.0], [1, 2], 20, threshold=5.0, confidence=0.95)
    assert rates["wrong_key_trials"] == 20
    assert rates["fpr"] == pytest.approx(4 / 22)
    assert rates["fpr_ci_high"] == pytest.approx(beta.ppf(0.975, 5, 18))


def test_a_clip_at_the_threshold_counts_as_found():
    rates = false_positives([5.0], [0], 0, threshold=5.0, confidence=0.95)
    assert (rates["fpr"], rates["wrong_key_trials"]) == (1.0, 0)
    rates = detection_rates([5.0], [4.9], threshold=5.0, false_positive_bound=1.0, confidence=0.95)
    assert (rates["tpr"], rates["fpr"]) == (1.0, 0.0)
