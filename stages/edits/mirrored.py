"""The picture is mirrored, left to right."""

from stages.video.edit import Edit
from stages.video.filters import filtered
from stages.video.frames import Frames


def mirrored(frames: Frames) -> Frames:
    """Return mirrored frames."""
    return filtered(frames, lambda stream: stream.filter("hflip"))


RECORD = Edit(label="mirrored, {first}", before=mirrored)
