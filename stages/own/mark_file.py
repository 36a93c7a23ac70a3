"""Marking a video file of any size and length, in memory that does not grow with its length.

The mark is made a window of frames at a time, as long as the detector's, by the same `pattern` as
the pipeline's, in the small frame in which it is looked for, and resized to the video's. Each
window gets the PSNR asked for, so that the whole does, in one pass and everywhere alike. No codec
is tried first, as the pipeline does with its short clips: length makes up for it.
"""

import errno
import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, zip_longest
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stages.common.errors import AfterimageError, VideoError
from stages.common.files import remove_remains, require_regular, written_whole
from stages.common.progress import with_progress
from stages.own.container.capacity import require_room
from stages.own.container.remake import Encoding, remake
from stages.own.container.samples import StoredFrame
from stages.own.container.stored import StoredVideo, stored
from stages.own.detect_file import canonical, detect_file
from stages.own.overlay import FrameResidual, Overlay
from stages.own.verdict import MarkVerdict
from stages.signature.embed.blocks import Headroom, within
from stages.signature.embed.pattern import pattern
from stages.signature.embed.residuals import Residuals
from stages.signature.model.half_periods import WINDOW
from stages.signature.model.spectrum import Signature
from stages.video.encoder import encoder
from stages.video.frames import Frames, stream
from stages.video.planes import PLANES
from stages.video.quality import psnr_of

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class MarkedFile:
    """A marked file.

    Attributes
    ----------
    frames : number of frames, all of them marked.
    psnr_db : of the mark over R, G and B, before the encoder.
    verdict : on the new file, as it was written.
    """

    frames: int
    psnr_db: float
    verdict: MarkVerdict


def mark_file(
    source: Path,
    target: Path,
    signature: Signature,
    key: bytes,
    *,
    psnr_db: float,
    encoding: Encoding,
    headroom: Headroom = Headroom(),  # noqa: B008 (frozen)
) -> MarkedFile:
    """Write a marked copy of a video, all else in it kept, and look for the mark in the copy.

    Parameters
    ----------
    source : a video in any format.
    target : file to write, and if it is a link, the file that it leads to; nothing is written
        unless the mark is found in it.
    signature, key : of the mark.
    psnr_db : least PSNR over R, G and B of the marked frames against the source's.
    encoding : of the new video stream.
    headroom : how unevenly the distortion may lie.

    Raises ``AfterimageError``, naming the file, if the target cannot hold such a stream or another
    of the source's, or if the source is damaged, or too short, too small or too still for a mark;
    and ``OSError``, naming the target, if it cannot be written.
    """
    encoding.require_room_in(target)
    _require_writable(target)
    video = stored(source)
    require_room(video, target)
    if losses := ", ".join(video.display.lost(encoder(encoding.encoder))):
        log.warning("warning: %s: lost, as %s cannot keep it: %s", source, encoding.encoder, losses)
    overlay = Overlay(video.orientation)

    def marked() -> Iterator[StoredFrame]:
        residuals = _residuals(source, signature, key, psnr_db, headroom)
        pairs = with_progress(_paired(video, residuals), "marking", video.expected_frames)
        for frame, (residual, allowed) in pairs:
            overlay.put(frame, residual, allowed)
            yield frame

    # A link stays, and what it leads to is replaced.
    file = Path(os.path.realpath(target))
    remove_remains(file.parent, file.name)
    with _naming(target), written_whole(file) as partial:
        remake(video, marked(), partial, target.suffix.lower(), encoding)
        verdict = detect_file(partial, signature, key)
        if not verdict.found:
            raise AfterimageError(
                f"{source}: too short ({overlay.frames} frames), too small or too still: the mark "
                f"was not found again (z = {verdict.z:.2f} of {verdict.threshold:.2f})"
            )
    return MarkedFile(overlay.frames, psnr_of(overlay.squared_error / overlay.frames), verdict)


def _require_writable(target: Path) -> None:
    """Raise an error that names a target in whose place no file can be written."""
    require_regular(target)
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))


@contextmanager
def _naming(target: Path) -> Iterator[None]:
    """Let an ``OSError`` name the target as the user does, and not what a link leads to."""
    try:
        yield
    except OSError as error:
        if error.filename == os.path.realpath(target):
            raise OSError(error.errno, error.strerror, str(target)) from error
        raise


def _residuals(
    source: Path, signature: Signature, key: bytes, psnr_db: float, headroom: Headroom
) -> Iterator[tuple[FrameResidual, float]]:
    """Yield the residual of each frame, and the mean squared RGB error that it may make."""
    error = 255**2 * 10 ** (-psnr_db / 10)
    start = 0
    for window in _windows(stream(source, canonical(signature))):
        residuals = within(pattern(window, signature, key, start), headroom)
        start += len(window)
        energies = _energies(residuals, len(window))
        scale = error / energies.mean() if energies.any() else 0.0
        for index, energy in enumerate(energies):
            yield (
                {
                    plane: np.sqrt(scale) * residual.frame(index)
                    for plane, residual in residuals.items()
                },
                scale * energy,
            )


def _paired(
    video: StoredVideo, residuals: Iterator[tuple[FrameResidual, float]]
) -> Iterator[tuple[StoredFrame, tuple[FrameResidual, float]]]:
    """Yield each stored frame with its residual: two decoders have to agree on their number."""
    for frame, residual in zip_longest(video.frames(), residuals):
        if frame is None or residual is None:
            raise VideoError(f"{video.path}: damaged: two decoders find unlike numbers of frames")
        yield frame, residual


def _windows(frames: Iterable[NDArray[np.uint8]]) -> Iterator[Frames]:
    """Group frames, the last of them with what is left."""
    copies = (frame.copy() for frame in frames)
    while window := list(islice(copies, WINDOW)):
        yield Frames(np.stack(window), Fraction(25))


def _energies(residuals: Residuals, frames: int) -> NDArray[np.float64]:
    """Compute the mean squared RGB error of each frame [shape=(frames,)]."""
    energies = np.zeros(frames)
    for plane, residual in residuals.items():
        errors = PLANES[plane].rgb_error * np.mean(residual.pictures**2, axis=(1, 2))
        energies += errors[residual.which]
    return energies
