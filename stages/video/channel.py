"""The way of a published video to whoever looks for its mark."""

from dataclasses import dataclass, field
from fractions import Fraction

from stages.video.codec import Codec
from stages.video.edit import Edit, edit
from stages.video.filters import normalised
from stages.video.frames import Frames, Geometry
from stages.video.search_range import SearchRange

_NO_EDIT = Edit(label="{first}")


@dataclass(frozen=True)
class Received:
    """A video that came out of a channel, in the frame that went in, and its encoded bitrate."""

    frames: Frames
    kbps: float


@dataclass(frozen=True)
class Channel:
    """All that happens to a video between marking and detecting.

    Attributes
    ----------
    name : of the channel's row.
    codecs : one for each time that the video is encoded, in order.
    edit : name of what else happens to it, before or after the codecs.
    search_range : the alignments that the detector tries.
    """

    name: str
    codecs: tuple[Codec, ...]
    edit: str | None = None
    search_range: SearchRange = field(default_factory=SearchRange)

    def shortest_clip(self, fps: Fraction) -> int:
        """Return the frames that a clip of a rate must have, for something to be left of it."""
        return self._edit.shortest_clip(fps)

    def send(self, frames: Frames, subject: str) -> Received:
        """Edit, encode and decode, and bring back to the size of ``frames``."""
        moving = self._edit.apply_before(frames)
        for codec in self.codecs:
            encoded = codec.encode(moving, subject=subject)
            moving = codec.decode(encoded, moving, subject=subject)
        kbps = float(8 * len(encoded) * moving.fps / len(moving) / 1000)
        return Received(_resized(self._edit.apply_after(moving), frames), kbps)

    def uncoded(self, frames: Frames) -> Frames:
        """Return what would come out if the codecs lost nothing."""
        return _resized(self._edit.apply(frames), frames)

    @property
    def _edit(self) -> Edit:
        return edit(self.edit) if self.edit else _NO_EDIT


def _resized(received: Frames, sent: Frames) -> Frames:
    """Bring frames to the size of those that were sent."""
    if (received.width, received.height) == (sent.width, sent.height):
        return received
    return normalised(received, Geometry(sent.width, sent.height, "stretch"))
