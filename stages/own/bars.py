"""The region of the picture in a video with black bars around it."""

import re
from pathlib import Path
from typing import Any

from stages.video.ffmpeg import Content, run
from stages.video.frames import Frames, Region, raw_input
from stages.video.streams import video_input

# Ten seconds are enough: bars stand still.
_FRAMES = 250
# The share of white up to which a row or column is black; a codec's noise stays under it.
_BLACK = 0.12
# A bar is at least this share of the side, and the picture at least half of it.
_LEAST_BAR, _LEAST_PICTURE = 0.03, 0.5

_CROP = re.compile(r"cropdetect\.([whxy])=(-?\d+)")


def picture_of_file(path: Path) -> Region | None:
    """Return the region of a file's frames that is not black bars; None if there are no bars."""
    return _picture(video_input(path), subject=str(path))


def picture_of_frames(frames: Frames) -> Region | None:
    """Return the region of the frames that is not black bars; None if there are no bars."""
    stdin = Frames(frames.i420[:_FRAMES], frames.fps).raw()
    return _picture(raw_input(frames), stdin=stdin, subject="frames")


def _picture(stream: Any, *, stdin: Content = b"", subject: str) -> Region | None:
    stream = stream.filter("cropdetect", limit=_BLACK, round=2, skip=0)
    output = stream.filter("metadata", "print", file="-").output(
        "-", format="null", fps_mode="passthrough", **{"frames:v": _FRAMES}
    )
    listing, _ = run(output, stdin=stdin, subject=subject)
    # The last crop in the listing holds for all frames up to there.
    crop = {name: int(value) for name, value in _CROP.findall(listing.decode())}
    if not crop:
        return None
    sides = [(crop["w"], crop["x"]), (crop["h"], crop["y"])]
    wholes = [side + 2 * bar for side, bar in sides]
    shares = [(side / whole, bar / whole) for (side, bar), whole in zip(sides, wholes, strict=True)]
    if any(picture < _LEAST_PICTURE for picture, _ in shares):
        return None
    if all(bar < _LEAST_BAR for _, bar in shares):
        return None
    return Region(crop["w"], crop["h"], crop["x"], crop["y"])
