"""The protocol that every watermark speaks, keyed or not, ours or anybody's."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from stages.common.detection import Detection
from stages.video.frames import Frames

# All that a scheme's file needs from here.
__all__ = ["Detection", "Scheme"]


class Scheme(Protocol):
    """A watermark: something that marks videos and finds its marks again.

    Schemes are sent to other processes: they are picklable, and depend on no state elsewhere. A
    scheme itself keeps to the distortion that it was made for; the PSNR is reported beside it. Keys
    are byte strings of any length.

    Attributes
    ----------
    threshold : the score from which a mark counts as found.
    false_positive_bound : bound on the false positive rate at the threshold; 1 where nothing is
        proven.
    """

    @property
    def threshold(self) -> float: ...
    @property
    def false_positive_bound(self) -> float: ...

    def mark(self, frames: Frames, key: bytes, *, clip_id: str) -> Frames:
        """Return a marked copy: same shape, same rate. ``clip_id`` names the video in errors."""

    def detect(self, frames: Frames, key: bytes) -> Detection:
        """Look for the mark of a key in a video of any origin."""

    def detect_chance(self, frames: Frames, keys: Iterable[bytes]) -> Sequence[Detection]:
        """Look for the marks of keys that marked nothing: one detection a key.

        A scheme without keys has none that could be wrong, and returns nothing.
        """
