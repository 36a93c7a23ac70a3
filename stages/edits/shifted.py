"""The first frames are lost."""

from stages.video.edit import Edit
from stages.video.frames import Frames

_LOST_FRAMES = 3


def shifted(frames: Frames) -> Frames:
    """Return the frames without the first."""
    return Frames(frames.i420[_LOST_FRAMES:], frames.fps)


RECORD = Edit(
    label="3 frames lost, {first}",
    before=shifted,
    least_frames=_LOST_FRAMES + 1,
    searches_shift=True,
)
