"""What happens to a video between its publisher and its finder, by ffmpeg's own filters.

An edit makes frames of possibly another size, number and rate; `normalised` brings them back to
the frame that everything is measured in, as it does with any file received.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from stages.video.ffmpeg import run
from stages.video.frames import Frames, Geometry, from_bytes, raw_input

# An ffmpeg stream and the frames that it carries, to the edited stream.
Change = Callable[[Any, Frames], Any]

_CUT_SECONDS = 1
_FRAME_MARK = b"FRAME\n"


def edited(frames: Frames, name: str) -> Frames:
    """The frames after one of the ``EDITS``: of even size, at their new rate."""
    stream = EDITS[name](raw_input(frames), frames)
    output = stream.output("pipe:", format="yuv4mpegpipe", pix_fmt="yuv420p")
    raw, _ = run(output, stdin=frames.raw(), subject=name)
    return _from_y4m(raw)


def grey(frames: Frames) -> Frames:
    """The frames without colour; luma stays as it is."""
    i420 = frames.i420.copy()
    i420[:, frames.height :] = 128
    return Frames(i420, frames.fps)


def shifted(frames: Frames, count: int) -> Frames:
    """The frames without the first ``count``."""
    return Frames(frames.i420[count:], frames.fps)


def normalised(frames: Frames, geometry: Geometry) -> Frames:
    """The frames brought to a geometry, as those of a file are."""
    stream = geometry.apply(raw_input(frames))
    output = stream.output("pipe:", format="rawvideo", fps_mode="passthrough")
    raw, _ = run(output, stdin=frames.raw(), subject="normalised")
    return from_bytes(raw, geometry.width, geometry.height, frames.fps)


def _from_y4m(raw: bytes) -> Frames:
    """Frames from a YUV4MPEG2 stream, which tells its own size and rate."""
    header, _, body = raw.partition(b"\n")
    fields = {word[:1]: word[1:] for word in header.decode().split()[1:]}
    width, height = int(fields["W"]), int(fields["H"])
    size = len(_FRAME_MARK) + width * height * 3 // 2
    marked = np.frombuffer(body, np.uint8).reshape(-1, size)
    i420 = marked[:, len(_FRAME_MARK) :].reshape(-1, height * 3 // 2, width)
    return Frames(np.ascontiguousarray(i420), Fraction(fields["F"].replace(":", "/")))


# --- the edits -------------------------------------------------------------------------------


def _scaled(factor: float) -> Change:
    def change(stream: Any, frames: Frames) -> Any:
        width, height = (2 * round(side * factor / 2) for side in (frames.width, frames.height))
        return stream.filter("scale", width, height, flags="bicubic+accurate_rnd+bitexact")

    return change


def _cropped(share: float) -> Change:
    """Cut away a share of the width and of the height, half on each side, and enlarge the rest."""

    def change(stream: Any, frames: Frames) -> Any:
        width, height = (
            2 * round(side * (1 - share) / 2) for side in (frames.width, frames.height)
        )
        return stream.filter("crop", width, height)

    return change


def _letterboxed(stream: Any, frames: Frames) -> Any:
    """Black bars above and below, a third of the height together: 16:9 shown on 4:3."""
    return stream.filter("pad", frames.width, 2 * round(frames.height * 2 / 3), -1, -1)


def _logo(stream: Any, _: Frames) -> Any:
    """A white label with a dark stripe in a corner, a fifth of the width."""
    label = stream.filter("drawbox", "iw*0.76", "ih*0.05", "iw/5", "ih/8", "white@0.9", "fill")
    return label.filter("drawbox", "iw*0.79", "ih*0.09", "iw*0.14", "ih/25", "black@0.9", "fill")


def _cut(stream: Any, frames: Frames) -> Any:
    first, last = (round(second * frames.fps) for second in (_CUT_SECONDS, -_CUT_SECONDS))
    kept = stream.filter("trim", start_frame=first, end_frame=len(frames) + last)
    return kept.filter("setpts", "PTS-STARTPTS")


EDITS: dict[str, Change] = {
    "half size": _scaled(0.5),
    "double size": _scaled(2),
    "95 % size": _scaled(0.95),
    "half frame rate": lambda stream, _: stream.filter("framestep", 2),
    "crop of 5 %": _cropped(0.05),
    "letterbox": _letterboxed,
    "logo": _logo,
    "brighter": lambda stream, _: stream.filter("eq", brightness=0.1),
    "darker": lambda stream, _: stream.filter("eq", brightness=-0.1),
    "more contrast": lambda stream, _: stream.filter("eq", contrast=1.3),
    "less contrast": lambda stream, _: stream.filter("eq", contrast=0.7),
    "grey": lambda stream, _: stream.filter("hue", s=0),
    "mirrored": lambda stream, _: stream.filter("hflip"),
    "first and last second cut": _cut,
}
