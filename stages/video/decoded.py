"""Clips that this process has decoded, as many as it may keep."""

from collections import OrderedDict

from stages.video.clips import Clip
from stages.video.frames import Frames

# Of every process, whatever the size of a clip.
MOST_BYTES = 256 << 20

_kept: OrderedDict[Clip, Frames] = OrderedDict()


def decoded(clip: Clip) -> Frames:
    """A clip's frames, decoded again only if others were asked for since; not to be changed."""
    frames = _kept.pop(clip) if clip in _kept else clip.read()
    _kept[clip] = frames
    while sum(one.i420.nbytes for one in _kept.values()) > MOST_BYTES:
        _kept.popitem(last=False)
    return frames
