"""A real encoder at given settings: frames to a file's bytes, and back to frames."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ffmpeg

from stages.video.encoder import PixelFormat, Speed, encoder
from stages.video.ffmpeg import run
from stages.video.frames import Frames, Geometry, from_bytes, raw_input
from stages.video.streams import video_input


@dataclass(frozen=True)
class Codec:
    """One encoder at one setting, on one thread, so that its bits do not depend on the machine.

    Attributes
    ----------
    encoder : name of its record in ``stages/encoders``; decoding needs no record.
    crf : constant rate factor, 0 to the encoder's highest; higher is smaller and worse.
    preset : x264's name for speed against size, mapped to the nearest of the encoder's own.
    gop : frames from one key frame to the next at most.
    pixel_format : what the encoder stores; decoding always gives 8-bit 4:2:0.
    """

    encoder: str = "libx264"
    crf: int = 28
    preset: Speed = "medium"
    gop: int = 250
    pixel_format: PixelFormat = "yuv420p"

    def encode(self, frames: Frames, *, subject: str = "clip") -> bytes:
        """Encode frames to the bytes of a Matroska file."""
        output = self._encoding(raw_input(frames), "pipe:")
        return run(output, stdin=frames.raw(), subject=f"{subject}: {self.encoder}")[0]

    def decode(self, encoded: bytes, like: Frames, *, subject: str = "clip") -> Frames:
        """Decode what ``encode`` made of the frames ``like``."""
        stream = ffmpeg.input("pipe:", format="matroska", threads=1)
        output = stream.output(
            "pipe:", format="rawvideo", pix_fmt="yuv420p", fps_mode="passthrough",
            sws_flags="accurate_rnd+bitexact",
        )  # fmt: skip
        raw, _ = run(output, stdin=encoded, subject=f"{subject}: {self.encoder}")
        return from_bytes(raw, like.width, like.height, like.fps)

    def round_trip(self, frames: Frames, *, subject: str = "clip") -> Frames:
        """Encode and decode, and return what a viewer sees: same shape as ``frames``."""
        return self.decode(self.encode(frames, subject=subject), frames, subject=subject)

    def transcode(
        self, source: Path, target: Path, geometry: Geometry, *, max_frames: int | None = None
    ) -> None:
        """Encode a file, brought to a geometry, to another, in memory flat in its length.

        Frames are counted and not timed: 25 a second, whatever the source says.
        """
        frames = geometry.apply(video_input(source))
        frames = frames.filter("settb", "1/25").filter("setpts", "N").filter("fps", 25)
        limit = {} if max_frames is None else {"frames:v": max_frames}
        output = self._encoding(frames, str(target), fps_mode="passthrough", **limit)
        run(output, subject=str(source))

    def _encoding(self, stream: Any, target: str, **options: Any) -> Any:
        """Build the graph that encodes to Matroska, without date, version or random ids."""
        used = encoder(self.encoder)
        return stream.output(
            target, format="matroska", vcodec=used.name, crf=self.crf, g=self.gop,
            pix_fmt=self.pixel_format, threads=1, fflags="+bitexact", **{"flags:v": "+bitexact"},
            sws_flags="accurate_rnd+bitexact", **used.options(self.preset), **options,
        )  # fmt: skip
