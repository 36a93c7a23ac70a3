"""The content of a video file, found by decoding it: containers lie about frame counts."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from stages.common.errors import VideoError
from stages.video.ffmpeg import first_line, reading_seconds, run
from stages.video.frames import Geometry
from stages.video.streams import video_input


@dataclass(frozen=True)
class Probe:
    """Frames that decode (at most as many as asked for) and their mean rate."""

    frames: int
    fps: Fraction


def probe(path: Path, geometry: Geometry, *, max_frames: int) -> Probe:
    """Decode the frames that the pipeline would use, and count them.

    Raises ``VideoError``, naming the file and the decoder's first complaint, if anything in
    those frames is damaged: concealed errors are the decoder's pictures, not the clip's.
    """
    stream = geometry.apply(video_input(path))
    output = stream.output(
        "pipe:", format="framecrc", fps_mode="passthrough", **{"frames:v": max_frames}
    )
    listing, complaints = run(output, subject=path.name, timeout=reading_seconds(max_frames))
    if complaints:
        raise VideoError(f"{path.name}: {first_line(complaints)}")
    lines = listing.decode().splitlines()
    times = [int(line.split(",")[2]) for line in lines if not line.startswith("#")]
    if not times:
        raise VideoError(f"{path.name}: no video frame in it")
    time_base = next(line.split()[-1] for line in lines if line.startswith("#tb"))
    return Probe(len(times), _frame_rate(times, Fraction(time_base)))


def _frame_rate(times: list[int], time_base: Fraction) -> Fraction:
    """Compute the mean rate of the frames, in lowest terms near the recorded one."""
    elapsed = (times[-1] - times[0]) * time_base
    if elapsed <= 0:
        return Fraction(25)
    return min(max((len(times) - 1) / elapsed, Fraction(1)), Fraction(240)).limit_denominator(1001)
