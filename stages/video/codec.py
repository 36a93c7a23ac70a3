"""A real encoder at given settings: frames to a file's bytes, and back to frames."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import ffmpeg

from stages.video.ffmpeg import file_input, run
from stages.video.frames import Frames, Geometry, from_bytes, raw_input

EncoderName = Literal["libx264", "libx265", "libvpx-vp9", "libsvtav1"]
Preset = Literal[
    "ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow"
]
PixelFormat = Literal["yuv420p", "yuv422p", "yuv444p", "yuv420p10le"]

MAX_CRF: dict[EncoderName, int] = {
    "libx264": 51, "libx265": 51, "libvpx-vp9": 63, "libsvtav1": 63,
}  # fmt: skip

PIXEL_FORMATS: dict[EncoderName, tuple[PixelFormat, ...]] = {
    "libx264": ("yuv420p", "yuv422p", "yuv444p", "yuv420p10le"),
    "libx265": ("yuv420p", "yuv422p", "yuv444p", "yuv420p10le"),
    "libvpx-vp9": ("yuv420p", "yuv422p", "yuv444p", "yuv420p10le"),
    "libsvtav1": ("yuv420p", "yuv420p10le"),
}

# x264's names on the speed scales of the two encoders that count in numbers.
_VP9_SPEED = dict(zip(Preset.__args__, (8, 7, 6, 5, 5, 4, 2, 1, 0), strict=True))  # type: ignore[attr-defined]
_AV1_SPEED = dict(zip(Preset.__args__, (12, 11, 10, 9, 8, 8, 6, 4, 2), strict=True))  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Codec:
    """One encoder at one setting, on one thread, so that its bits do not depend on the machine.

    Attributes
    ----------
    encoder : ffmpeg's name of the encoder.
    crf : constant rate factor, 0 to ``MAX_CRF[encoder]``; higher is smaller and worse.
    preset : x264's names for speed against size, mapped to the nearest of the other encoders'.
    gop : frames from one key frame to the next at most.
    pixel_format : what the encoder stores; decoding always gives 8-bit 4:2:0.
    """

    encoder: EncoderName = "libx264"
    crf: int = 28
    preset: Preset = "medium"
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
        """What a viewer sees after the codec: same shape as ``frames``."""
        return self.decode(self.encode(frames, subject=subject), frames, subject=subject)

    def transcode(
        self, source: Path, target: Path, geometry: Geometry, *, max_frames: int | None = None
    ) -> None:
        """Encode a file, brought to a geometry, to a file, in memory flat in its length.

        Frames are counted and not timed: 25 a second, whatever the source says.
        """
        frames = geometry.apply(file_input(source).video)
        frames = frames.filter("settb", "1/25").filter("setpts", "N").filter("fps", 25)
        limit = {} if max_frames is None else {"frames:v": max_frames}
        output = self._encoding(frames, str(target), fps_mode="passthrough", **limit)
        run(output, subject=str(source))

    def _encoding(self, stream: Any, target: str, **options: Any) -> Any:
        """The graph that encodes a stream to Matroska without date, version or random ids."""
        return stream.output(
            target, format="matroska", vcodec=self.encoder, crf=self.crf, g=self.gop,
            pix_fmt=self.pixel_format, threads=1, fflags="+bitexact", **{"flags:v": "+bitexact"},
            sws_flags="accurate_rnd+bitexact", **self._encoder_options(), **options,
        )  # fmt: skip

    def _encoder_options(self) -> dict[str, Any]:
        match self.encoder:
            case "libx264":
                # x264 otherwise picks approximations by processor, and its bits follow.
                return {"preset": self.preset, "x264-params": "cpu-independent=1"}
            case "libx265":
                pinned = "pools=none:frame-threads=1:wpp=0:log-level=error"
                return {"preset": self.preset, "x265-params": pinned}
            case "libvpx-vp9":
                speed = _VP9_SPEED[self.preset]
                return {"b:v": 0, "deadline": "good", "cpu-used": min(speed, 5), "row-mt": 0}
            case "libsvtav1":
                return {"preset": _AV1_SPEED[self.preset], "svtav1-params": "lp=1"}
