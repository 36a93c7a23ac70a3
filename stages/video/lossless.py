"""Frames to a file that loses nothing: FFV1 in Matroska."""

from stages.video.ffmpeg import run
from stages.video.frames import Frames, raw_input


def encode_lossless(frames: Frames) -> bytes:
    """The bytes of an FFV1 file (RFC 9043) that decodes to exactly these frames."""
    output = raw_input(frames).output(
        "pipe:", format="matroska", vcodec="ffv1", level=3, g=len(frames), threads=1,
        context=1, fflags="+bitexact", **{"flags:v": "+bitexact"},
    )  # fmt: skip
    return run(output, stdin=frames.i420.tobytes(), subject="ffv1")[0]
