"""The contrast is lowered by 30 %."""

from stages.video.edit import Edit
from stages.video.filters import filtered
from stages.video.frames import Frames


def lowered(frames: Frames) -> Frames:
    """Return frames of less contrast."""
    return filtered(frames, lambda stream: stream.filter("eq", contrast=0.7))


RECORD = Edit(label="less contrast, {first}", before=lowered)
