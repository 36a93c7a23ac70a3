"""The contrast is raised by 30 %."""

from stages.video.edit import Edit
from stages.video.filters import filtered
from stages.video.frames import Frames


def raised(frames: Frames) -> Frames:
    """Return frames of more contrast."""
    return filtered(frames, lambda stream: stream.filter("eq", contrast=1.3))


RECORD = Edit(label="more contrast, {first}", before=raised)
