"""Error rates of a decision by distance: a pair matches if its distance is at most a threshold.

*Genuine* distances are those of a video to its own copies, *impostor* distances those between
different videos.
"""

import numpy as np
from numpy.typing import ArrayLike

from stages.fingerprint.counted import Counted, counted


def false_negative_rate(genuine: ArrayLike, threshold: float) -> float:
    """Compute the share of genuine pairs that are missed."""
    return float(np.mean(np.asarray(genuine) > threshold))


def false_positive_rate(impostor: ArrayLike | Counted, threshold: float) -> float:
    """Compute the share of impostor pairs that match."""
    return float(_counted(impostor).share_within(threshold))


def equal_error_rate(genuine: ArrayLike, impostor: ArrayLike | Counted) -> float:
    """Compute the rate at which misses and false matches are equally frequent.

    Between two thresholds the rates are joined by straight lines, as on a plotted curve.
    """
    genuine_counts, impostor_counts = _counted(genuine), _counted(impostor)
    values = np.union1d(
        np.flatnonzero(genuine_counts.counts), np.flatnonzero(impostor_counts.counts)
    )
    thresholds = np.concatenate([[values[0] - 1], values])
    misses = 1 - genuine_counts.share_within(thresholds)
    matches = impostor_counts.share_within(thresholds)
    # Misses only fall and matches only rise, from 1 and 0: they cross once.
    after = int(np.argmax(matches >= misses))
    excess = (misses - matches)[[after - 1, after]]
    share = excess[0] / (excess[0] - excess[1])
    return float(matches[after - 1] + share * (matches[after] - matches[after - 1]))


def area_under_curve(genuine: ArrayLike, impostor: ArrayLike | Counted) -> float:
    """Compute the probability that a genuine pair is nearer than an impostor pair.

    Ties count half. This is the area under the ROC curve, as Mann and Whitney's U (1947).
    """
    distances, impostor_counts = np.asarray(genuine), _counted(impostor)
    within, nearer = (impostor_counts.share_within(distances - step) for step in (0, 1))
    return float((1 - (within + nearer) / 2).mean())


def _counted(distances: ArrayLike | Counted) -> Counted:
    return distances if isinstance(distances, Counted) else counted(distances)
