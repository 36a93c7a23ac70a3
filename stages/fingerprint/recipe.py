"""The fingerprint of a video, by one of the recipes."""

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from stages.errors import AfterimageError
from stages.fingerprint.afterimage import BITS, Afterimage
from stages.fingerprint.classic import Classic
from stages.video.frames import Frames

__all__ = ["BITS", "RECIPES", "Accumulator", "fingerprint"]


class Accumulator(Protocol):
    """Takes the frames of one video one by one, and gives the fingerprint of those so far."""

    def add(self, frame: NDArray[np.uint8]) -> None:
        """Add one I420 frame [shape=(3 * H / 2, W)]."""

    def bits(self) -> NDArray[np.bool_]:
        """The fingerprint so far [shape=(256,)]."""


RECIPES: dict[str, Callable[[], Accumulator]] = {"afterimage": Afterimage, "classic": Classic}


def fingerprint(frames: Frames, recipe: str = "afterimage") -> NDArray[np.bool_]:
    """The 256 bits of a video [shape=(256,)], by the recipe of that name.

    Raises ``AfterimageError`` for an unknown recipe, or a video without frames.
    """
    if recipe not in RECIPES:
        raise AfterimageError(f"unknown fingerprint recipe {recipe!r}: one of {sorted(RECIPES)}")
    if len(frames) == 0:
        raise AfterimageError("a video without frames has no fingerprint")
    accumulator = RECIPES[recipe]()
    for frame in frames.i420:
        accumulator.add(frame)
    return accumulator.bits()
