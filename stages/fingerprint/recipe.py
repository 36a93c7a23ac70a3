"""The fingerprint of a video, by one of the recipes."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from stages.common.errors import AfterimageError
from stages.fingerprint.afterimage import BITS, Afterimage
from stages.fingerprint.classic import Classic
from stages.own.bars import picture_of_file
from stages.video.frames import Frames, Geometry, stream

__all__ = ["BITS", "GEOMETRY", "RECIPES", "fed", "fingerprint", "fingerprint_file", "readings"]

# What a file is brought to before it is hashed, so that its size and shape do not matter: four
# pixels of luma and two of chroma are a cell of the grid's side.
GEOMETRY = Geometry(128, 96, scaler="fast")


class Accumulator(Protocol):
    """Takes the frames of one video one by one, and gives the fingerprint of those so far."""

    def add(self, frame: NDArray[np.uint8]) -> None:
        """Add one I420 frame [shape=(3 * H / 2, W)]."""

    def bits(self) -> NDArray[np.bool_]:
        """The fingerprint so far [shape=(256,)]."""


Fed = TypeVar("Fed", bound=Accumulator)

RECIPES: dict[str, Callable[[], Accumulator]] = {"afterimage": Afterimage, "classic": Classic}


def fingerprint(frames: Frames, recipe: str = "afterimage") -> NDArray[np.bool_]:
    """The 256 bits of a video [shape=(256,)], by the recipe of that name.

    Raises ``AfterimageError`` for an unknown recipe, or a video without frames.
    """
    if recipe not in RECIPES:
        raise AfterimageError(f"unknown fingerprint recipe {recipe!r}: one of {sorted(RECIPES)}")
    if len(frames) == 0:
        raise AfterimageError("a video without frames has no fingerprint")
    return fed(RECIPES[recipe](), frames.i420).bits()


def fed(accumulator: Fed, frames: Iterable[NDArray[np.uint8]]) -> Fed:
    """The accumulator, after all I420 frames [shape=(3 * H / 2, W)] have been added to it."""
    for frame in frames:
        accumulator.add(frame)
    return accumulator


def fingerprint_file(path: Path, *, max_frames: int | None = None) -> NDArray[np.bool_]:
    """The 256 bits of a video file [shape=(256,)], by our own recipe.

    Its frames are hashed while they are decoded, in memory that does not grow with their number.

    Parameters
    ----------
    path : a file in any container and codec that ffmpeg reads, of any size.
    max_frames : how many frames at most, from the first; all by default.

    Raises ``VideoError``, naming the file, if no frame can be decoded.
    """
    return fed(Afterimage(), stream(path, GEOMETRY, max_frames=max_frames)).bits()


def readings(
    path: Path, *, max_frames: int | None = None, mirrored: bool = False
) -> list[NDArray[np.bool_]]:
    """What a file may be compared by, all by our own recipe; its fingerprint comes first.

    If it has black bars, the fingerprint of what is between them follows. A comparison of several
    readings pays for them: see ``verdict``.

    Parameters
    ----------
    path, max_frames : as for ``fingerprint_file``.
    mirrored : whether to add each of them with left and right exchanged.
    """
    picture = picture_of_file(path)
    seen = [
        fed(Afterimage(), stream(path, replace(GEOMETRY, region=region), max_frames=max_frames))
        for region in ([None, picture] if picture else [None])
    ]
    return [one.bits() for one in seen] + [one.mirrored_bits() for one in seen if mirrored]
