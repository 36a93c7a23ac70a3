"""The first and the last second are cut away."""

from stages.video.edit import Edit
from stages.video.filters import filtered
from stages.video.frames import Frames


def cut(frames: Frames) -> Frames:
    """Return the frames between the first and the last second."""
    second = round(frames.fps)
    return filtered(
        frames,
        lambda stream: stream.filter(
            "trim", start_frame=second, end_frame=len(frames) - second
        ).filter("setpts", "PTS-STARTPTS"),
    )


RECORD = Edit(
    label="first and last second cut, {first}",
    before=cut,
    least_seconds=2,
    # By a second: `sweep.search_frames` has to be as many frames as that.
    searches_shift=True,
)
