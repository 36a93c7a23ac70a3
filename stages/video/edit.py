"""The record of an edit: a thing that happens to a video besides being encoded.

Records lie in ``stages/edits``, one in a file of the edit's name, and are found by it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from stages.common.records import names, record
from stages.video.frames import Frames

_ROOM = "edits"


@dataclass(frozen=True)
class Edit:
    """A change to a video between its publisher and its finder.

    Frames may come out with another size, number and rate; whoever measures them brings them back
    to the frame that everything is measured in (``filters.normalised``).

    Attributes
    ----------
    label : of its rows in the README and the report; ``{first}`` and ``{last}`` are replaced by the
        CRFs of the first and of the last encoding, such as ``CRF 28``.
    before : changes the frames before the codec.
    after : changes the frames after the codec.
    least_frames : that a clip must have, for something to be left of it.
    least_seconds : that are cut away, whatever the rate.
    second_encode : whether the video is encoded a second time.
    searches_shift : whether the detector has to search for a shift in time.
    searches_zoom : whether the detector has to search for an enlargement.
    """

    label: str
    before: Callable[[Frames], Frames] | None = None
    after: Callable[[Frames], Frames] | None = None
    least_frames: int = 1
    least_seconds: int = 0
    second_encode: bool = False
    searches_shift: bool = False
    searches_zoom: bool = False

    def shortest_clip(self, fps: Fraction) -> int:
        """Return the frames that a clip of a rate must have, for something to be left of it."""
        return max(self.least_frames, self.least_seconds * round(fps) + 1)

    def apply_before(self, frames: Frames) -> Frames:
        """Return what the codec is given."""
        return self.before(frames) if self.before else frames

    def apply_after(self, frames: Frames) -> Frames:
        """Return what is made of the decoded frames."""
        return self.after(frames) if self.after else frames

    def apply(self, frames: Frames) -> Frames:
        """Return what would come out without a codec."""
        return self.apply_after(self.apply_before(frames))


def edit_names() -> tuple[str, ...]:
    """List the edits that there are records of, in order."""
    return names(_ROOM)


def edit(name: str) -> Edit:
    """Load the record of an edit. Raises ``AfterimageError`` if there is none of that name."""
    return record(_ROOM, name, Edit)
