"""The record of a fingerprint recipe, and the fingerprint of a video by the recipe of a name.

Records lie in ``stages/fingerprint/recipes``, one in a file of the recipe's name, and are found by
it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from stages.common.errors import AfterimageError
from stages.common.records import names, record
from stages.fingerprint.distance import Bits, Distances, hamming_distances
from stages.video.frames import Frames, Geometry

_ROOM = "fingerprint.recipes"


class Accumulator(Protocol):
    """A fingerprint in the making, which takes the frames of one video one by one."""

    def add(self, frame: NDArray[np.uint8]) -> None:
        """Add one I420 frame [shape=(3 * H / 2, W)]."""

    def bits(self) -> Bits:
        """Return the fingerprint of the frames so far [shape=(bits,)]."""


@runtime_checkable
class MirroringAccumulator(Accumulator, Protocol):
    """An accumulator that can also tell the fingerprint of the mirrored video."""

    def mirrored_bits(self) -> Bits:
        """Return the fingerprint of the frames with left and right exchanged [shape=(bits,)]."""


@dataclass(frozen=True)
class Recipe:
    """A perceptual hash of videos.

    Attributes
    ----------
    bits : length of a fingerprint; a multiple of 8, to be written in hexadecimal digits.
    accumulator : makes an accumulator of no frames yet.
    file_geometry : the frame that a file of any size and shape is brought to before it is hashed.
    distances : of fingerprints to others, as whole numbers from 0 to ``bits``.
    """

    bits: int
    accumulator: Callable[[], Accumulator]
    file_geometry: Geometry
    distances: Distances = hamming_distances

    def accumulate(self, frames: Iterable[NDArray[np.uint8]]) -> Accumulator:
        """Return an accumulator of some I420 frames [each shape=(3 * H / 2, W)]."""
        accumulator = self.accumulator()
        for frame in frames:
            accumulator.add(frame)
        return accumulator

    def distance(self, a: Bits, b: Bits) -> int:
        """Compute the distance between two fingerprints [both shape=(bits,)]."""
        return int(self.distances(a[None], b[None])[0, 0])


def recipe_names() -> tuple[str, ...]:
    """List the recipes that there are records of, in order."""
    return names(_ROOM)


def recipe(name: str) -> Recipe:
    """Load the record of a recipe. Raises ``AfterimageError`` if there is none of that name."""
    return record(_ROOM, name, Recipe)


def fingerprint(frames: Frames, recipe_name: str = "afterimage") -> Bits:
    """Compute the fingerprint of a video by the recipe of a name [shape=(bits,)].

    Raises ``AfterimageError`` for an unknown recipe, or a video without frames.
    """
    if len(frames) == 0:
        raise AfterimageError("a video without frames has no fingerprint")
    return recipe(recipe_name).accumulate(frames.i420).bits()
