"""The distance of unrelated videos by chance, and the threshold that follows.

Bits of a fingerprint are not quite independent, so distances between different videos spread
wider than those of fair coins. Daugman's answer for iris codes is to ask how many *independent*
coins would spread as wide, and to take the tail of that binomial: it reaches far below the least
distance that a sample can show. Genuine distances have no say in it.

J. Daugman, "How iris recognition works", IEEE Trans. Circuits and Systems for Video Technology
14(1), 2004, Section V.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc

from stages.common.errors import AfterimageError
from stages.fingerprint.counted import Counted

MIN_DISTANCES = 3


@dataclass(frozen=True)
class ImpostorModel:
    """A model of the distances of unrelated videos: a binomial of fewer, independent bits.

    Attributes
    ----------
    bits : length of a fingerprint.
    mean : share of bits in which two unrelated videos differ, 0 to 1.
    freedom : effective degrees of freedom: independent bits with the same spread.
    """

    bits: int
    mean: float
    freedom: float

    def probability(self, distance: ArrayLike) -> NDArray[np.float64]:
        """Compute the modelled probability that two unrelated videos are at most so far apart.

        The binomial's distribution function, by its incomplete beta integral because ``freedom``
        is no whole number, with the steps of the two scales matched at their middles.
        """
        distances = np.asarray(distance, np.float64)
        inside = np.clip(distances, 0, self.bits - 1)
        successes = self.freedom * (inside + 0.5) / self.bits - 0.5
        tail = betainc(self.freedom - successes, successes + 1, 1 - self.mean)
        return np.where(distances < 0, 0.0, np.where(distances >= self.bits, 1.0, tail))

    def threshold(self, false_positive_rate: float) -> int:
        """Return the largest distance whose modelled probability is at most the rate, or -1."""
        within = self.probability(np.arange(self.bits)) <= false_positive_rate
        return int(np.count_nonzero(within)) - 1

    def gap(self, distances: ArrayLike) -> float:
        """Return the greatest gap between the model's and the sample's distribution function.

        This is the Kolmogorov-Smirnov statistic: 0 is a perfect fit. It comes without a p-value,
        because pairs that share a video are not independent.
        """
        sample = np.sort(np.asarray(distances))
        steps = np.arange(self.bits + 1)
        observed = np.searchsorted(sample, steps, side="right") / sample.size
        return float(np.abs(observed - self.probability(steps)).max())


def fit(impostor_distances: ArrayLike | Counted, bits: int) -> ImpostorModel:
    """Fit the model to distances between different videos, by their mean and variance.

    A sample that spreads less than fair coins do was lucky: ``freedom`` never exceeds ``bits``,
    the length of a fingerprint. Raises ``AfterimageError`` if there are too few distances.
    """
    size, mean, variance = _moments(impostor_distances)
    if size < MIN_DISTANCES:
        raise AfterimageError(
            f"{size} impostor distances: {MIN_DISTANCES} are needed at least, "
            "from three different videos"
        )
    mean, variance = mean / bits, variance / bits**2
    coins = mean * (1 - mean)
    freedom = min(coins / variance, bits) if variance > 0 else bits
    return ImpostorModel(bits, mean, freedom)


def threshold(
    impostor_distances: ArrayLike | Counted, bits: int, *, false_positive_rate: float
) -> int:
    """Return the largest distance at which unrelated videos match no more often than the rate.

    The model is fitted to the distances; -1 if even identical fingerprints would be no proof.
    """
    return fit(impostor_distances, bits).threshold(false_positive_rate)


def _moments(distances: ArrayLike | Counted) -> tuple[int, float, float]:
    """Return the number of distances, their mean, and their variance (0 of less than two)."""
    if isinstance(distances, Counted):
        return (distances.size, *(distances.mean_and_variance() if distances.size > 1 else (0, 0)))
    sample = np.asarray(distances, np.float64)
    variance = float(sample.var(ddof=1)) if sample.size > 1 else 0.0
    return sample.size, float(sample.mean()), variance
