"""Error rates of a decision by distance: a pair matches if its distance is at most a threshold.

*Genuine* distances are those of a video to its own copies, *impostor* distances those of
different videos.
"""

import numpy as np
from numpy.typing import ArrayLike

from stages.fingerprint.counted import Counted, counted


def false_negative_rate(genuine: ArrayLike, threshold: float) -> float:
    """Share of genuine pairs that are missed."""
    return float(np.mean(np.asarray(genuine) > threshold))


def false_positive_rate(impostor: ArrayLike | Counted, threshold: float) -> float:
    """Share of impostor pairs that match."""
    return float(_counted(impostor).share_within(threshold))


def equal_error_rate(genuine: ArrayLike, impostor: ArrayLike | Counted) -> float:
    """The rate at which misses and false matches are equally frequent.

    Between two thresholds the rates are joined by straight lines, as on a plotted curve.
    """
    own, others = _counted(genuine), _counted(impostor)
    values = np.union1d(np.flatnonzero(own.counts), np.flatnonzero(others.counts))
    thresholds = np.concatenate([[values[0] - 1], values])
    misses, matches = 1 - own.share_within(thresholds), others.share_within(thresholds)
    # Misses only fall and matches only rise, from 1 and 0: they cross once.
    after = int(np.argmax(matches >= misses))
    excess = (misses - matches)[[after - 1, after]]
    share = excess[0] / (excess[0] - excess[1])
    return float(matches[after - 1] + share * (matches[after] - matches[after - 1]))


def area_under_curve(genuine: ArrayLike, impostor: ArrayLike | Counted) -> float:
    """Probability that a genuine pair is nearer than an impostor pair, ties counting half.

    The area under the ROC curve, as Mann and Whitney's U (1947).
    """
    own, others = np.asarray(genuine), _counted(impostor)
    nearer = 1 - (others.share_within(own) + others.share_within(own - 1)) / 2
    return float(nearer.mean())


def _counted(distances: ArrayLike | Counted) -> Counted:
    return distances if isinstance(distances, Counted) else counted(distances)
