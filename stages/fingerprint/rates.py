"""Error rates of a decision by distance: a pair matches if its distance is at most a threshold.

*Genuine* distances are those of a video to its own copies, *impostor* distances those of
different videos.
"""

import numpy as np
from numpy.typing import ArrayLike


def false_negative_rate(genuine: ArrayLike, threshold: float) -> float:
    """Share of genuine pairs that are missed."""
    return float(np.mean(np.asarray(genuine) > threshold))


def false_positive_rate(impostor: ArrayLike, threshold: float) -> float:
    """Share of impostor pairs that match."""
    return float(np.mean(np.asarray(impostor) <= threshold))


def equal_error_rate(genuine: ArrayLike, impostor: ArrayLike) -> float:
    """The rate at which misses and false matches are equally frequent.

    Between two thresholds the rates are joined by straight lines, as on a plotted curve.
    """
    values = np.unique(np.concatenate([np.asarray(genuine), np.asarray(impostor)]))
    thresholds = np.concatenate([[values[0] - 1], values])
    misses = np.array([false_negative_rate(genuine, value) for value in thresholds])
    matches = np.array([false_positive_rate(impostor, value) for value in thresholds])
    # Misses only fall and matches only rise, from 1 and 0: they cross once.
    after = int(np.argmax(matches >= misses))
    excess = (misses - matches)[[after - 1, after]]
    share = excess[0] / (excess[0] - excess[1])
    return float(matches[after - 1] + share * (matches[after] - matches[after - 1]))
