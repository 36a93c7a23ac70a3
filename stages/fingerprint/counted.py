"""A sample of distances as the number of pairs at each: pairs grow faster than memory does."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class Counted:
    """A sample of whole distances from 0 on, counted.

    Attributes
    ----------
    counts : number of pairs at each distance [shape=(largest + 1,)].
    """

    counts: NDArray[np.int64]

    @property
    def size(self) -> int:
        return int(self.counts.sum())

    @property
    def least(self) -> int:
        return int(np.flatnonzero(self.counts)[0])

    @property
    def median(self) -> float:
        middle = [(self.size - 1) // 2, self.size // 2]
        return float(np.searchsorted(np.cumsum(self.counts), middle, side="right").mean())

    def mean_and_variance(self) -> tuple[float, float]:
        """Compute the mean, and the unbiased variance, of the sample."""
        values = np.arange(self.counts.size)
        mean = float(values @ self.counts) / self.size
        return mean, float((values - mean) ** 2 @ self.counts) / (self.size - 1)

    def share_within(self, thresholds: ArrayLike) -> NDArray[np.float64]:
        """Compute the share of distances that are at most each threshold, which is from -1 on."""
        below = np.concatenate([[0], np.cumsum(self.counts)])
        index = np.minimum(np.floor(np.asarray(thresholds)).astype(int) + 1, self.counts.size)
        return np.asarray(below[index] / self.size, np.float64)


def counted(distances: ArrayLike) -> Counted:
    """Count whole distances."""
    return Counted(np.bincount(np.asarray(distances, np.int64)))
