"""A frame as it is stored: its samples, and what they stand for."""

from dataclasses import dataclass, replace
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

# One plane: uint8, or uint16 if there are more than 8 bits in a sample.
Samples = NDArray[np.integer[Any]]

# Planar formats that are taken as they are; any other becomes the nearest of them.
_PLANAR = {
    f"{prefix}{sampling}p{depth}"
    for sampling in ("420", "422", "444")
    for prefix, depth in (("yuv", ""), ("yuvj", ""), ("yuv", "10le"))
}

# ffmpeg's numbers.
_LIMITED_RANGE, _FULL_RANGE, _MATRIX_BT601 = 1, 2, 6

# Luma's weights of red and blue, by ffmpeg's number of a colour matrix; BT.601 for all others.
_BT601 = (0.299, 0.114)
_LUMA_WEIGHTS = {1: (0.2126, 0.0722), 9: (0.2627, 0.0593), 10: (0.2627, 0.0593)}


@dataclass(frozen=True)
class Colours:
    """The colours that samples stand for, by ffmpeg's numbers (ITU-T H.273; range 2 is full)."""

    range: int
    matrix: int
    primaries: int
    transfer: int

    @property
    def full_range(self) -> bool:
        return self.range == _FULL_RANGE

    @property
    def luma_weights(self) -> tuple[float, float]:
        """The weights of red and blue in luma."""
        return _LUMA_WEIGHTS.get(self.matrix, _BT601)


@dataclass(frozen=True)
class StoredFrame:
    """A frame, and its time.

    Attributes
    ----------
    frame : PyAV's, whose samples may be changed.
    colours : that its samples stand for.
    """

    frame: av.VideoFrame
    colours: Colours

    @property
    def depth(self) -> int:
        """Bits in a sample: 8 or 10."""
        return int(self.frame.format.components[0].bits)

    def planes(self) -> list[Samples]:
        """Return writable views of Y, U and V [shape=(H, W); uint8, or uint16 if over 8 bit]."""
        return [_view(plane, self.depth) for plane in self.frame.planes]


def writable_copy(decoded: av.VideoFrame) -> StoredFrame:
    """Copy a decoded frame, so that it may be changed: the decoder still reads the original."""
    frame, colours = _planar(decoded)
    copy = av.VideoFrame(frame.width, frame.height, frame.format.name.replace("yuvj", "yuv"))
    copy.pts, copy.time_base = decoded.pts, decoded.time_base
    stored = StoredFrame(copy, colours)
    for target, plane in zip(stored.planes(), frame.planes, strict=True):
        target[:] = _view(plane, stored.depth)
    return stored


def _planar(decoded: av.VideoFrame) -> tuple[av.VideoFrame, Colours]:
    """Bring a frame to one of the formats that are taken, and read its colours."""
    full = decoded.format.name.startswith("yuvj")
    colours = Colours(
        _FULL_RANGE if full else int(decoded.color_range), int(decoded.colorspace),
        int(decoded.color_primaries), int(decoded.color_trc),
    )  # fmt: skip
    if decoded.format.name in _PLANAR:
        return decoded, colours
    nearest = _nearest(decoded.format)
    if not decoded.format.is_rgb:
        return decoded.reformat(format=nearest), colours
    return (
        decoded.reformat(format=nearest, dst_colorspace="ITU601", dst_color_range="MPEG"),
        replace(colours, range=_LIMITED_RANGE, matrix=_MATRIX_BT601),
    )


def _nearest(stored: av.VideoFormat) -> str:
    """Name the planar YUV format that loses least: whole chroma is not halved."""
    depth = "10le" if stored.components[0].bits > 8 else ""
    if len(stored.components) < 3:
        return f"yuv420p{depth}"
    if stored.is_rgb:
        return f"yuv444p{depth}"
    chroma = stored.components[1]
    across, down = stored.width // max(chroma.width, 1), stored.height // max(chroma.height, 1)
    return {(2, 2): "yuv420p", (2, 1): "yuv422p", (4, 1): "yuv420p"}.get(
        (across, down), "yuv444p"
    ) + depth


def _view(plane: Any, depth: int) -> Samples:
    sample: np.dtype[np.integer[Any]] = np.dtype(np.uint8 if depth == 8 else np.uint16)
    rows = np.frombuffer(plane, sample).reshape(-1, plane.line_size // sample.itemsize)
    return rows[: plane.height, : plane.width]
