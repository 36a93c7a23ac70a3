"""Rates with their exact intervals, and the separation of two populations."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import binomtest, mannwhitneyu


def exact_interval(hits: int, trials: int, confidence: float) -> tuple[float, float]:
    """Compute the two-sided interval of a rate (Clopper and Pearson, 1934)."""
    interval = binomtest(hits, trials).proportion_ci(confidence, method="exact")
    return float(interval.low), float(interval.high)


def auc(positives: ArrayLike, negatives: ArrayLike) -> float:
    """Compute the probability that a positive scores above a negative, ties counting half.

    The area under the ROC curve, as Mann and Whitney's U (1947).
    """
    high, low = np.asarray(positives), np.asarray(negatives)
    return float(mannwhitneyu(high, low).statistic / (high.size * low.size))
