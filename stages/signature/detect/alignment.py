"""Where a mark may have gone: shifted in time, or enlarged when its borders were cut away."""

from dataclasses import dataclass

import cv2
import numpy as np

from stages.signature.model.carriers import Floats


@dataclass(frozen=True)
class SearchRange:
    """How far a bounded search goes; every guess is one more attempt in the union bound.

    Attributes
    ----------
    frames : greatest shift in time, either way.
    zoom_percent : greatest enlargement about the centre, in steps of 1 %.
    """

    frames: int = 0
    zoom_percent: int = 0

    @property
    def shifts(self) -> range:
        """Every shift: frames missing from the start, or, below 0, put in front of it."""
        return range(-self.frames, self.frames + 1)

    @property
    def zooms(self) -> tuple[float, ...]:
        """Every enlargement, from none."""
        return tuple(1 + percent / 100 for percent in range(self.zoom_percent + 1))

    @property
    def attempts(self) -> int:
        """How many guesses the search makes: each shift with each enlargement."""
        return len(self.shifts) * len(self.zooms)


def undone(picture: Floats, zoom: float) -> Floats:
    """An enlarged picture [shape=(H, W)] at its first size, with nothing around it."""
    if zoom == 1:
        return picture
    height, width = picture.shape
    centre = (np.array([width, height]) - 1) / 2
    # From where in the enlarged picture each pixel is read.
    matrix = np.column_stack([zoom * np.eye(2), (1 - zoom) * centre])
    small = cv2.warpAffine(
        picture, matrix, (width, height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderValue=0,
    )  # fmt: skip
    return np.asarray(small)
