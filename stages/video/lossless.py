"""Frames in a file that loses nothing: FFV1 in Matroska."""

from pathlib import Path

from stages.video.ffmpeg import file_input, run
from stages.video.frames import Frames, from_bytes, raw_input


def encode_lossless(frames: Frames) -> bytes:
    """Encode to the bytes of an FFV1 file (RFC 9043) that decodes to exactly these frames."""
    output = raw_input(frames).output(
        "pipe:", format="matroska", vcodec="ffv1", level=3, g=len(frames), threads=1,
        context=1, fflags="+bitexact", **{"flags:v": "+bitexact"},
    )  # fmt: skip
    return run(output, stdin=frames.raw(), subject="ffv1")[0]


def decode_lossless(path: Path, like: Frames) -> Frames:
    """Read a file of ``encode_lossless``; the frames were of the shape and rate of ``like``."""
    stream = file_input(path).output("pipe:", format="rawvideo", fps_mode="passthrough")
    raw, _ = run(stream, subject=str(path))
    return from_bytes(raw, like.width, like.height, like.fps)
