import pytest
from scipy.stats import beta

from stages.contest.rates import detection_rates, false_positives


def test_rates_by_hand():
    found = detection_rates(
        [4.0, 6.0, 8.0, 10.0], [0.5, -0.5, 7.0], z_threshold=5.0, attempts=10, confidence=0.95
    )
    assert found["tpr"] == 0.75
    assert found["fpr"] == pytest.approx(1 / 3)
    assert found["tpr_ci_low"] == pytest.approx(beta.ppf(0.025, 3, 2))
    assert found["tpr_ci_high"] == pytest.approx(beta.ppf(0.975, 4, 1))
    assert found["fpr_ci_high"] == pytest.approx(beta.ppf(0.975, 2, 2))
    # 10 exp(-12.5)
    assert found["fpr_bound"] == pytest.approx(3.7267e-5, rel=1e-4)
    assert (found["z_median"], found["z_min"], found["clips"]) == (7.0, 4.0, 4)
    # Of twelve pairs, the marked one scores less in (4, 7) and (6, 7).
    assert found["auc"] == pytest.approx(10 / 12)


def test_false_positives_are_counted_over_unmarked_clips_and_wrong_keys():
    """Two clips, five wrong keys on each, marked and unmarked: 22 trials, of which 1 + 3 search_range."""
    found = false_positives([0.5, 6.0], [1, 2], 5, z_threshold=5.0, confidence=0.95)
    assert found["wrong_key_trials"] == 20
    assert found["fpr"] == pytest.approx(4 / 22)
    assert found["fpr_ci_high"] == pytest.approx(beta.ppf(0.975, 5, 18))


def test_a_clip_at_the_threshold_counts_as_found():
    found = false_positives([5.0], [0], 0, z_threshold=5.0, confidence=0.95)
    assert (found["fpr"], found["wrong_key_trials"]) == (1.0, 0)
