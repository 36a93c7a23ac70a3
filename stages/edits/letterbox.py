"""Black bars are added above and below: 16:9 shown on 4:3."""

from stages.video.edit import Edit
from stages.video.filters import filtered
from stages.video.frames import Frames


def letterboxed(frames: Frames) -> Frames:
    """Return the frames between two bars, a third of the height together."""
    height = 2 * round(frames.height * 2 / 3)
    return filtered(frames, lambda stream: stream.filter("pad", frames.width, height, -1, -1))


RECORD = Edit(label="letterbox, {first}", before=letterboxed)
