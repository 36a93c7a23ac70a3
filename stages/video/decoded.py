"""Clips that this process has decoded, as many as it may keep."""

from cachetools import LRUCache, cached

from stages.video.clips import Clip
from stages.video.frames import Frames

# Of every process, whatever the size of a clip.
MOST_BYTES = 256 << 20


@cached(LRUCache[Clip, Frames](MOST_BYTES, getsizeof=lambda frames: frames.i420.nbytes))
def decoded(clip: Clip) -> Frames:
    """Return a clip's frames, decoded only if they are not kept any more; not to be changed."""
    return clip.read()
