"""What is to be added to a video: for each plane a picture a frame, of which few may differ."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stages.video.planes import PlaneName


@dataclass(frozen=True)
class Residual:
    """What is added to a plane.

    A plain mark changes by its carriers' signs alone, so that a few pictures, and what is computed
    of them, do for all frames.

    Attributes
    ----------
    pictures : float32 [shape=(n, H, W)].
    which : the picture of each frame [shape=(T,)].
    """

    pictures: NDArray[np.float32]
    which: NDArray[np.intp]

    @classmethod
    def of(cls, frames: NDArray[np.float32]) -> "Residual":
        """From a picture for every frame [shape=(T, H, W)]."""
        return cls(frames, np.arange(len(frames)))

    def frames(self) -> NDArray[np.float32]:
        """A picture for every frame [shape=(T, H, W)]."""
        return self.pictures[self.which]

    def frame(self, index: int) -> NDArray[np.float32]:
        """The picture of one frame [shape=(H, W)]."""
        return np.asarray(self.pictures[self.which[index]])

    def mean_square(self) -> float:
        """Of all samples of all frames."""
        by_picture = np.asarray(np.mean(self.pictures**2, axis=(1, 2), dtype=np.float64))
        return float(np.mean(by_picture[self.which]))

    def times(self, factor: float) -> "Residual":
        """All of it, scaled."""
        return Residual(np.float32(factor) * self.pictures, self.which)

    def every(self, step: int) -> "Residual":
        """What every so many frames get."""
        return Residual(self.pictures, self.which[::step])

    def placed(self) -> Iterator[tuple[NDArray[np.float32], NDArray[np.intp]]]:
        """Each picture that is used, and the frames that get it."""
        for index, picture in enumerate(self.pictures):
            frames = np.flatnonzero(self.which == index)
            if frames.size:
                yield picture, frames


Residuals = dict[PlaneName, Residual]
