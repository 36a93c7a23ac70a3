"""Residuals: the pictures that are to be added to the frames of a video, plane by plane."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stages.video.planes import PlaneName


@dataclass(frozen=True)
class Residual:
    """The pictures that are added to a plane, of which many frames may share one.

    A plain mark changes from frame to frame by its carriers' signs alone, so that a few pictures,
    and all that is computed of them, do for all frames.

    Attributes
    ----------
    pictures : float32 [shape=(n, H, W)].
    which : index of each frame's picture [shape=(T,)].
    """

    pictures: NDArray[np.float32]
    which: NDArray[np.intp]

    @classmethod
    def of(cls, frames: NDArray[np.float32]) -> "Residual":
        """Make a residual from a picture for every frame [shape=(T, H, W)]."""
        return cls(frames, np.arange(len(frames)))

    def frames(self) -> NDArray[np.float32]:
        """Return a picture for every frame [shape=(T, H, W)]."""
        return self.pictures[self.which]

    def frame(self, index: int) -> NDArray[np.float32]:
        """Return the picture of a frame [shape=(H, W)]."""
        return np.asarray(self.pictures[self.which[index]])

    def mean_square(self) -> float:
        """Compute the mean square of all samples of all frames."""
        by_picture = np.asarray(np.mean(self.pictures**2, axis=(1, 2), dtype=np.float64))
        return float(np.mean(by_picture[self.which]))

    def times(self, factor: float) -> "Residual":
        """Multiply all pictures by a factor."""
        return Residual(np.float32(factor) * self.pictures, self.which)

    def every(self, step: int) -> "Residual":
        """Take every ``step``-th frame, from the first."""
        return Residual(self.pictures, self.which[::step])

    def placed(self) -> Iterator[tuple[NDArray[np.float32], NDArray[np.intp]]]:
        """Yield each picture that is used, and the indices of its frames."""
        for index, picture in enumerate(self.pictures):
            frames = np.flatnonzero(self.which == index)
            if frames.size:
                yield picture, frames


Residuals = dict[PlaneName, Residual]
