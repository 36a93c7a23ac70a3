"""Colour is taken away; luma stays as it is."""

from stages.video.edit import Edit
from stages.video.frames import Frames
from stages.video.planes import PLANES

_NEUTRAL = 128


def grey(frames: Frames) -> Frames:
    """Return the frames without colour."""
    greyed = Frames(frames.i420.copy(), frames.fps)
    for plane in PLANES.values():
        if not plane.luma:
            greyed.plane(plane.name)[:] = _NEUTRAL
    return greyed


RECORD = Edit(label="{first}, then greyscale", after=grey)
