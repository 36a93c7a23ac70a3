"""The picture is made brighter, by a tenth of white."""

from stages.video.edit import Edit
from stages.video.filters import filtered
from stages.video.frames import Frames


def brightened(frames: Frames) -> Frames:
    """Return brighter frames."""
    return filtered(frames, lambda stream: stream.filter("eq", brightness=0.1))


RECORD = Edit(label="brighter, {first}", before=brightened)
