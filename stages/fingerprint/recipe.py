"""The fingerprint of a video, by one of the recipes."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from stages.errors import AfterimageError
from stages.fingerprint.afterimage import BITS, Afterimage
from stages.fingerprint.classic import Classic
from stages.video.bars import picture_of_file
from stages.video.frames import Frames, Geometry, Region, stream

__all__ = ["BITS", "GEOMETRY", "RECIPES", "fingerprint", "fingerprint_file", "readings"]

# What a file is brought to before it is hashed, so that its size and shape do not matter: four
# pixels of luma and two of chroma are a cell of the grid's side.
GEOMETRY = Geometry(128, 96, scaler="fast")


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
    if len(frames) == 0:
        raise AfterimageError("a video without frames has no fingerprint")
    return _accumulated(frames.i420, recipe)


def fingerprint_file(
    path: Path, *, max_frames: int | None = None, region: Region | None = None
) -> NDArray[np.bool_]:
    """The 256 bits of a video file [shape=(256,)], by our own recipe.

    Its frames are hashed while they are decoded, in memory that does not grow with their number.

    Parameters
    ----------
    path : a file in any container and codec that ffmpeg reads, of any size.
    max_frames : how many frames at most, from the first; all by default.
    region : the part of its frames that counts; all of it by default.

    Raises ``VideoError``, naming the file, if no frame can be decoded.
    """
    geometry = replace(GEOMETRY, region=region)
    return _accumulated(stream(path, geometry, max_frames=max_frames), "afterimage")


def readings(path: Path, *, max_frames: int | None = None) -> list[NDArray[np.bool_]]:
    """What a file may be compared by: its fingerprint, and if it has black bars, that without.

    A comparison of several readings pays for them: see ``verdict``.
    """
    hashes = [fingerprint_file(path, max_frames=max_frames)]
    if picture := picture_of_file(path):
        hashes.append(fingerprint_file(path, max_frames=max_frames, region=picture))
    return hashes


def _accumulated(frames: Iterable[NDArray[np.uint8]], recipe: str) -> NDArray[np.bool_]:
    if recipe not in RECIPES:
        raise AfterimageError(f"unknown fingerprint recipe {recipe!r}: one of {sorted(RECIPES)}")
    accumulator = RECIPES[recipe]()
    for frame in frames:
        accumulator.add(frame)
    return accumulator.bits()
