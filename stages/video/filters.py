"""Changes to frames by ffmpeg's own filters."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from stages.common.errors import VideoError
from stages.video.ffmpeg import run
from stages.video.frames import Frames, Geometry, from_bytes, raw_input

_FRAME_MARK = b"FRAME\n"


def filtered(frames: Frames, change: Callable[[Any], Any]) -> Frames:
    """Send frames through filters, which may change their size (to an even one), number and rate.

    ``change`` adds filters to an ffmpeg-python stream. Raises ``VideoError`` if nothing is left.
    """
    output = change(raw_input(frames)).output("pipe:", format="yuv4mpegpipe", pix_fmt="yuv420p")
    raw, _ = run(output, stdin=frames.raw(), subject="filters")
    return _from_y4m(raw)


def scaled(frames: Frames, factor: float) -> Frames:
    """Scale frames by a factor, to the nearest even size."""
    width, height = (2 * round(side * factor / 2) for side in (frames.width, frames.height))
    return filtered(
        frames,
        lambda stream: stream.filter("scale", width, height, flags="bicubic+accurate_rnd+bitexact"),
    )


def cropped(frames: Frames, share: float) -> Frames:
    """Cut away a share of the width and of the height, half on each side, to an even size."""
    width, height = (2 * round(side * (1 - share) / 2) for side in (frames.width, frames.height))
    return filtered(frames, lambda stream: stream.filter("crop", width, height))


def normalised(frames: Frames, geometry: Geometry) -> Frames:
    """Bring frames to a geometry, as those of a file are."""
    stream = geometry.apply(raw_input(frames))
    output = stream.output("pipe:", format="rawvideo", fps_mode="passthrough")
    raw, _ = run(output, stdin=frames.raw(), subject="normalised")
    return from_bytes(raw, geometry.width, geometry.height, frames.fps)


def _from_y4m(raw: bytes) -> Frames:
    """Read frames from a YUV4MPEG2 stream, which tells its own size and rate."""
    header, _, body = raw.partition(b"\n")
    if not body:
        raise VideoError("filters: no frame is left")
    fields = {word[:1]: word[1:] for word in header.decode().split()[1:]}
    width, height = int(fields["W"]), int(fields["H"])
    size = len(_FRAME_MARK) + width * height * 3 // 2
    marked = np.frombuffer(body, np.uint8).reshape(-1, size)
    i420 = marked[:, len(_FRAME_MARK) :].reshape(-1, height * 3 // 2, width)
    return Frames(np.ascontiguousarray(i420), Fraction(fields["F"].replace(":", "/")))
