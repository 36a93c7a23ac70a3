import pytest
from scipy.stats import beta

from stages.detection import detection_rates


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
