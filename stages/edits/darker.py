"""The picture is made darker, by a tenth of white."""

from stages.video.edit import Edit
from stages.video.filters import filtered
from stages.video.frames import Frames


def darkened(frames: Frames) -> Frames:
    """Return darker frames."""
    return filtered(frames, lambda stream: stream.filter("eq", brightness=-0.1))


RECORD = Edit(label="darker, {first}", before=darkened)
