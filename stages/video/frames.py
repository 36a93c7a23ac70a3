"""Frames of a video as one array of planar YUV 4:2:0, and reading them from a file."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import takewhile
from pathlib import Path
from typing import Any, Literal, NamedTuple

import cv2
import ffmpeg
import numpy as np
from numpy.typing import NDArray

from stages.common.errors import VideoError
from stages.video.ffmpeg import chunks, first_line, reading_seconds, run
from stages.video.planes import PLANES, PlaneName
from stages.video.streams import video_input

Fit = Literal["crop", "pad", "stretch"]
Scaler = Literal["fine", "fast"]

# The scaler's portable code: the same pixels on every processor.
_SCALERS: dict[Scaler, str] = {
    "fine": "bicubic+accurate_rnd+full_chroma_int+bitexact",
    "fast": "area+accurate_rnd+bitexact",
}


class Region(NamedTuple):
    """A part of every frame, in pixels."""

    width: int
    height: int
    x: int
    y: int


@dataclass(frozen=True)
class Geometry:
    """The frame that videos are brought to, and the way that they fit into it.

    Attributes
    ----------
    width, height : even, in pixels.
    fit : treatment of another aspect ratio.
    scaler : ``fine`` to be looked at (bicubic), or ``fast`` to be averaged (means of areas).
    region : the part of the source's frame that counts; all of it by default.
    """

    width: int
    height: int
    fit: Fit = "crop"
    scaler: Scaler = "fine"
    region: Region | None = None

    def apply(self, stream: Any) -> Any:
        """Scale (and crop or pad) an ffmpeg video stream to this geometry, BT.601 limited range."""
        if self.region:
            stream = stream.filter("crop", *self.region)
        if self.fit == "crop":
            # Before scaling, where a pixel is least.
            stream = stream.filter(
                "crop", f"min(iw,ih*{self.width}/{self.height})",
                f"min(ih,iw*{self.height}/{self.width})",
            )  # fmt: skip
        stream = stream.filter(
            "scale", self.width, self.height,
            force_original_aspect_ratio="decrease" if self.fit == "pad" else "disable",
            flags=_SCALERS[self.scaler], out_color_matrix="bt601", out_range="tv",
        )  # fmt: skip
        if self.fit == "pad":
            stream = stream.filter("pad", self.width, self.height, -1, -1)
        return stream.filter("setsar", 1).filter("format", "yuv420p")


@dataclass(frozen=True)
class Frames:
    """Decoded video, 8 bit, BT.601 limited range, chroma at half resolution.

    Attributes
    ----------
    i420 : uint8 array [shape=(T, 3 * H / 2, W)]; each frame holds Y, then U, then V, the layout
        that ffmpeg calls ``yuv420p`` and OpenCV ``I420``.
    fps : frames per second.
    """

    i420: NDArray[np.uint8]
    fps: Fraction

    def __post_init__(self) -> None:
        if self.i420.ndim != 3 or self.i420.shape[1] % 3 or self.i420.shape[2] % 2:
            raise ValueError(f"not planar 4:2:0 frames: shape {self.i420.shape}")
        if self.i420.dtype != np.uint8:
            raise ValueError(f"not 8-bit frames: dtype {self.i420.dtype}")

    def __len__(self) -> int:
        return len(self.i420)

    @property
    def width(self) -> int:
        return int(self.i420.shape[2])

    @property
    def height(self) -> int:
        return int(self.i420.shape[1] * 2 // 3)

    def plane(self, name: PlaneName) -> NDArray[np.uint8]:
        """Return a view of one plane [shape=(T, H, W) for Y, (T, H / 2, W / 2) for U and V]."""
        flat = self.i420.reshape(len(self), -1)
        shapes = {
            plane.name: (self.height // plane.scale, self.width // plane.scale)
            for plane in PLANES.values()
        }
        first = sum(math.prod(shapes[other]) for other in takewhile(name.__ne__, PLANES))
        return flat[:, first : first + math.prod(shapes[name])].reshape(-1, *shapes[name])

    def raw(self) -> memoryview:
        """Return the bytes that ffmpeg calls ``rawvideo``."""
        return np.ascontiguousarray(self.i420).data

    def rgb(self) -> NDArray[np.uint8]:
        """Convert to RGB [shape=(T, H, W, 3)], chroma repeated to full resolution."""
        rgb = np.empty((len(self), self.height, self.width, 3), np.uint8)
        for index, frame in enumerate(self.i420):
            cv2.cvtColor(frame, cv2.COLOR_YUV2RGB_I420, dst=rgb[index])
        return rgb


def read(path: Path, geometry: Geometry, *, max_frames: int, fps: Fraction) -> Frames:
    """Decode the first frames of a file, brought to a geometry; every frame as it is stored.

    Raises ``VideoError``, naming the file, if no frame can be decoded.
    """
    output = _decoding(path, geometry, max_frames)
    raw, complaints = run(output, subject=str(path), timeout=reading_seconds(max_frames))
    if not raw:
        raise VideoError(f"{path}: {first_line(complaints) or 'no video frame in it'}")
    return from_bytes(raw, geometry.width, geometry.height, fps)


def stream(
    path: Path, geometry: Geometry, *, max_frames: int | None = None
) -> Iterator[NDArray[np.uint8]]:
    """Decode a file frame by frame, in memory that does not grow with its length.

    Parameters
    ----------
    path : a video file.
    geometry : that every frame is brought to.
    max_frames : most frames to decode, from the first; all by default.

    Yields
    ------
    I420 frames, uint8 [shape=(3 * H / 2, W)]; each is overwritten by the next.

    Raises ``VideoError``, naming the file, if no frame can be decoded.
    """
    shape = (geometry.height * 3 // 2, geometry.width)
    output = _decoding(path, geometry, max_frames)
    frames = 0
    for chunk in chunks(output, size=shape[0] * shape[1], subject=str(path)):
        frames += 1
        yield np.frombuffer(chunk, np.uint8).reshape(shape)
    if not frames:
        raise VideoError(f"{path}: no video frame in it")


def _decoding(path: Path, geometry: Geometry, max_frames: int | None) -> Any:
    """Build the graph that writes a file's frames to ``pipe:1``, as they are stored."""
    limit = {} if max_frames is None else {"frames:v": max_frames}
    return geometry.apply(video_input(path)).output(
        "pipe:", format="rawvideo", fps_mode="passthrough", enc_time_base="filter", **limit
    )


def from_bytes(raw: bytes, width: int, height: int, fps: Fraction) -> Frames:
    """Make frames from the bytes of a raw ``yuv420p`` stream."""
    return Frames(np.frombuffer(raw, np.uint8).reshape(-1, height * 3 // 2, width), fps)


def raw_input(frames: Frames) -> Any:
    """Build the ffmpeg input that reads these frames, raw, from ``pipe:0``."""
    return ffmpeg.input(
        "pipe:", format="rawvideo", pix_fmt="yuv420p",
        video_size=(frames.width, frames.height), framerate=str(frames.fps), threads=1,
    )  # fmt: skip
