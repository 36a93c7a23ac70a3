"""Fingerprints of video files, for whoever compares videos of their own."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stages.fingerprint.distance import Bits
from stages.fingerprint.recipe import Accumulator, MirroringAccumulator, recipe
from stages.own.bars import picture_of_file
from stages.own.comparison import RECIPE
from stages.video.frames import stream


def fingerprint_file(path: Path, *, max_frames: int | None = None) -> Bits:
    """Compute the fingerprint of a video file [shape=(256,)].

    Its frames are hashed while they are decoded, in memory that does not grow with their number.

    Parameters
    ----------
    path : a file in any container and codec that ffmpeg reads, of any size.
    max_frames : the number of frames at most, from the first; all by default.

    Raises ``VideoError``, naming the file, if no frame can be decoded.
    """
    ours = recipe(RECIPE)
    frames = stream(path, ours.file_geometry, max_frames=max_frames)
    return ours.accumulate(frames).bits()


def readings(path: Path, *, max_frames: int | None = None, mirrored: bool = False) -> list[Bits]:
    """Compute the fingerprints that a file may be compared by; its own comes first.

    If it has black bars, the fingerprint of the picture between them follows. A comparison of
    several readings pays for them: see ``comparison.compare``.

    Parameters
    ----------
    path, max_frames : as for ``fingerprint_file``.
    mirrored : whether to add each of them with left and right exchanged.
    """
    geometry = recipe(RECIPE).file_geometry
    picture = picture_of_file(path)
    return readings_of(
        (
            stream(path, replace(geometry, region=region), max_frames=max_frames)
            for region in ([None, picture] if picture else [None])
        ),
        mirrored=mirrored,
    )


def readings_of(
    versions: Iterable[Iterable[NDArray[np.uint8]]], *, mirrored: bool = False
) -> list[Bits]:
    """Compute the fingerprints of some versions of a video, and then of the mirrored ones.

    Parameters
    ----------
    versions : I420 frames of each [each shape=(3 * H / 2, W)].
    mirrored : whether to add each of them with left and right exchanged.
    """
    ours = recipe(RECIPE)
    accumulators = [ours.accumulate(frames) for frames in versions]
    bits = [accumulator.bits() for accumulator in accumulators]
    return bits + [_mirrored(accumulator) for accumulator in accumulators if mirrored]


def _mirrored(accumulator: Accumulator) -> Bits:
    if not isinstance(accumulator, MirroringAccumulator):
        raise TypeError(f"the recipe {RECIPE} cannot mirror a fingerprint")
    return accumulator.mirrored_bits()
