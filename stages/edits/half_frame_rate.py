"""Every second frame is lost."""

from stages.video.edit import Edit
from stages.video.filters import filtered
from stages.video.frames import Frames


def halved(frames: Frames) -> Frames:
    """Return every second frame, at half the rate."""
    return filtered(frames, lambda stream: stream.filter("framestep", 2))


RECORD = Edit(label="half frame rate, {first}", before=halved)
