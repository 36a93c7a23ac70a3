"""Frames as a file stores them: their size, depth, colours and times, not brought to anything."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.sidedata.sidedata import Type
from numpy.typing import NDArray

from stages.errors import VideoError
from stages.video.ffmpeg import CONTAINERS, MAX_PIXELS, PROTOCOLS

Samples = NDArray[np.uint8] | NDArray[np.uint16]

# Planar formats that are taken as they are; any other becomes the nearest of them.
_PLANAR = {
    f"{prefix}{sampling}p{depth}"
    for sampling in ("420", "422", "444")
    for prefix, depth in (("yuv", ""), ("yuvj", ""), ("yuv", "10le"))
}
_KEPT = {"audio", "subtitle", "attachment", "video"}

# ffmpeg's numbers.
_LIMITED_RANGE, _FULL_RANGE, _MATRIX_BT601 = 1, 2, 6

# Luma's weights of red and blue, by ffmpeg's number of a colour matrix; BT.601 for all others.
_BT601 = (0.299, 0.114)
_LUMA_WEIGHTS = {1: (0.2126, 0.0722), 9: (0.2627, 0.0593), 10: (0.2627, 0.0593)}


@dataclass(frozen=True)
class Orientation:
    """How the stored picture has to be turned to be shown: ``x' = a x + c y, y' = b x + d y``."""

    a: int = 1
    b: int = 0
    c: int = 0
    d: int = 1

    def stored(self, shown: NDArray[np.float32]) -> NDArray[np.float32]:
        """A picture [shape=(H, W)] as it has to be stored, to be shown like this."""
        turned = shown if self.a else shown.T
        down, right = (self.d, self.a) if self.a else (self.c, self.b)
        return turned[::down, ::right]

    @property
    def mirrored(self) -> bool:
        """Whether the picture is mirrored after it is turned."""
        return self.a * self.d - self.b * self.c < 0

    @property
    def degrees(self) -> int:
        """By how much it is turned before it is mirrored, counterclockwise: 0, 90, 180 or -90."""
        sign = -1 if self.mirrored else 1
        return {(1, 0): 0, (0, 1): 90, (-1, 0): 180, (0, -1): -90}[sign * self.a, sign * self.c]


@dataclass(frozen=True)
class Colours:
    """How samples stand for colours, by ffmpeg's numbers (ITU-T H.273; range 2 is full)."""

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
    """One frame, and its time.

    Attributes
    ----------
    frame : PyAV's, whose samples are this program's own to change.
    """

    frame: av.VideoFrame
    colours: Colours

    @property
    def depth(self) -> int:
        """Bits in a sample: 8 or 10."""
        return int(self.frame.format.components[0].bits)

    def planes(self) -> list[Samples]:
        """Writable views of Y, U and V [shape of the plane; uint8, or uint16 if over 8 bit]."""
        return [_view(plane, self.depth) for plane in self.frame.planes]


@dataclass(frozen=True)
class Stored:
    """What a file says of its video stream, the first that is no cover picture.

    Attributes
    ----------
    path : of the file.
    index : of the stream in it.
    others : indices of the streams to keep besides: audio, subtitles, attachments, other video.
    width, height : of a frame as it is stored, in pixels.
    aspect : of a sample, width to height.
    orientation : of the picture.
    colours : of its samples, as `frames` gives them.
    expected_frames : how many there may be, if the file tells; for a progress bar alone.
    """

    path: Path
    index: int
    others: tuple[int, ...]
    width: int
    height: int
    aspect: Fraction
    orientation: Orientation
    colours: Colours
    expected_frames: int | None

    def frames(self) -> Iterator[StoredFrame]:
        """Every frame in the order in which it is shown, with times that only rise.

        Raises ``VideoError`` where the file is damaged: a frame that a decoder made up is not
        the author's, and must not go out under a mark.
        """
        last, count = None, 0
        with _opened(self.path) as container:
            for frame in container.decode(_stream(container, self.index)):
                if frame.is_corrupt:
                    raise VideoError(f"{self.path}: damaged at frame {count}")
                if (frame.width, frame.height) != (self.width, self.height):
                    raise VideoError(f"{self.path}: its size changes at frame {count}")
                last = frame.pts = _rising(frame.pts, last)
                count += 1
                yield _own(frame)


def stored(path: Path) -> Stored:
    """Look into a file. Raises ``VideoError``, naming it, if there is no video in it."""
    with _opened(path) as container:
        covers = av.stream.Disposition.attached_pic
        videos = [one for one in container.streams.video if not one.disposition & covers]
        if not videos:
            raise VideoError(f"{path}: no video stream in it")
        stream = _stream(container, videos[0].index)
        first = next(container.decode(stream), None)
        if first is None:
            raise VideoError(f"{path}: no video frame in it")
        return Stored(
            path=path,
            index=stream.index,
            others=tuple(
                one.index for one in container.streams
                if one.type in _KEPT and one.index != stream.index
            ),
            width=first.width,
            height=first.height,
            aspect=Fraction(stream.sample_aspect_ratio or 1),
            orientation=_orientation(path, first),
            colours=_own(first).colours,
            expected_frames=int(stream.frames) or None,
        )  # fmt: skip


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    limits = {"protocol_whitelist": PROTOCOLS, "format_whitelist": CONTAINERS}
    try:
        with av.open(f"file:{path.absolute()}", container_options=limits) as container:
            yield container
    except av.error.FFmpegError as error:
        raise VideoError(f"{path}: {error.strerror}") from error


def _stream(container: Any, index: int) -> Any:
    stream = container.streams[index]
    stream.codec_context.options = {"max_pixels": str(MAX_PIXELS)}
    return stream


def _orientation(path: Path, frame: av.VideoFrame) -> Orientation:
    matrix = frame.side_data.get(Type.DISPLAYMATRIX)
    if matrix is None:
        return Orientation()
    values = np.frombuffer(bytes(matrix), np.int32).reshape(3, 3)[:2, :2] / 65536
    turned = np.rint(values).astype(int)
    if abs(round(np.linalg.det(turned))) != 1 or np.abs(values - turned).max() > 0.01:
        raise VideoError(f"{path}: turned by {frame.rotation} degrees: multiples of 90 only")
    return Orientation(*turned.ravel().tolist())


def _own(decoded: av.VideoFrame) -> StoredFrame:
    """A copy of a decoded frame that may be changed: a decoder still looks at its own."""
    frame, colours = _planar(decoded)
    copy = av.VideoFrame(frame.width, frame.height, frame.format.name.replace("yuvj", "yuv"))
    copy.pts, copy.time_base = decoded.pts, decoded.time_base
    own = StoredFrame(copy, colours)
    for target, plane in zip(own.planes(), frame.planes, strict=True):
        target[:] = _view(plane, own.depth)
    return own


def _planar(decoded: av.VideoFrame) -> tuple[av.VideoFrame, Colours]:
    """The frame in one of the formats that are taken, and its colours."""
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
    """The planar YUV format that loses least: chroma is not halved where it is whole."""
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
    sample = np.uint8 if depth == 8 else np.uint16
    rows = np.frombuffer(plane, sample).reshape(-1, plane.line_size // np.dtype(sample).itemsize)
    return rows[: plane.height, : plane.width]


def _rising(time: int | None, last: int | None) -> int:
    """A frame's time, or if it has none or goes back, the next after the last."""
    if last is None:
        return time or 0
    return max(last + 1, time if time is not None else last + 1)
