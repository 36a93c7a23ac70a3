"""A white label with a dark stripe is put into a corner, a fifth of the width."""

from typing import Any

from stages.video.edit import Edit
from stages.video.filters import filtered
from stages.video.frames import Frames


def labelled(frames: Frames) -> Frames:
    """Return the frames with the label on them."""
    return filtered(frames, _drawn)


def _drawn(stream: Any) -> Any:
    label = stream.filter("drawbox", "iw*0.76", "ih*0.05", "iw/5", "ih/8", "white@0.9", "fill")
    return label.filter("drawbox", "iw*0.79", "ih*0.09", "iw*0.14", "ih/25", "black@0.9", "fill")


RECORD = Edit(label="logo, {first}", before=labelled)
