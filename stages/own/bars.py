"""Where the picture is in a video, if black bars stand around it."""

import re
from pathlib import Path
from typing import Any

from stages.video.ffmpeg import Content, file_input, run
from stages.video.frames import Frames, Region, raw_input

# Ten seconds are looked at: bars stand still.
_FRAMES = 250
# The share of white up to which a row or column is black; a codec's noise stays under it.
_BLACK = 0.12
# A bar is at least this share of the side, and the picture at least half of it.
_LEAST_BAR, _LEAST_PICTURE = 0.03, 0.5

_FOUND = re.compile(r"cropdetect\.([whxy])=(-?\d+)")


def picture_of_file(path: Path) -> Region | None:
    """The region of a file's frames that is not black bars; None if there are no bars."""
    return _picture(file_input(path).video, subject=str(path))


def picture_of_frames(frames: Frames) -> Region | None:
    """The region of the frames that is not black bars; None if there are no bars."""
    stdin = Frames(frames.i420[:_FRAMES], frames.fps).raw()
    return _picture(raw_input(frames), stdin=stdin, subject="frames")


def _picture(stream: Any, *, stdin: Content = b"", subject: str) -> Region | None:
    stream = stream.filter("cropdetect", limit=_BLACK, round=2, skip=0)
    output = stream.filter("metadata", "print", file="-").output(
        "-", format="null", fps_mode="passthrough", **{"frames:v": _FRAMES}
    )
    listing, _ = run(output, stdin=stdin, subject=subject)
    # What was found last holds for all frames so far.
    found = {name: int(value) for name, value in _FOUND.findall(listing.decode())}
    if not found:
        return None
    sides = [(found["w"], found["x"]), (found["h"], found["y"])]
    wholes = [side + 2 * bar for side, bar in sides]
    shares = [(side / whole, bar / whole) for (side, bar), whole in zip(sides, wholes, strict=True)]
    if any(picture < _LEAST_PICTURE for picture, _ in shares):
        return None
    if all(bar < _LEAST_BAR for _, bar in shares):
        return None
    return Region(found["w"], found["h"], found["x"], found["y"])
