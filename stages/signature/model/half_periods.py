"""Half-periods of a carrier: a video cut where the sign changes. In each the mark stands still.

Half-periods come in windows of about two seconds, and are compared within their window alone: so
memory does not grow with a video's length, and no scene is compared with one an hour later.
"""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from stages.signature.model.carriers import Floats

# Frames in a window; the last one takes what is left, if that is less than another.
WINDOW = 60


@dataclass(frozen=True)
class HalfPeriod:
    """Half-period of a carrier: frames ``first`` to before ``end``, and the sign in them."""

    first: int
    end: int
    sign: int

    @property
    def frames(self) -> int:
        """Count its frames."""
        return self.end - self.first


def windows(frames: int) -> list[tuple[int, int]]:
    """Return the first frame of each window of so many frames, and the frame after its last."""
    count = max(1, frames // WINDOW)
    return list(pairwise([*(WINDOW * number for number in range(count)), frames]))


def half_periods(first: int, end: int, half_period: int, shift: int = 0) -> tuple[HalfPeriod, ...]:
    """Cut frames ``first`` to before ``end`` wherever ``modulation`` changes its sign.

    ``shift`` is the number of frames by which the first of the video is late.
    """
    changes = [time for time in range(first + 1, end) if (time + shift) % half_period == 0]
    return tuple(
        HalfPeriod(start, stop, 1 - 2 * ((start + shift) // half_period % 2))
        for start, stop in pairwise([first, *changes, end])
    )


def mean_picture(plane: NDArray[np.uint8], half_period: HalfPeriod, origin: int = 0) -> Floats:
    """Average the frames of a half-period [shape=(H, W)] of a plane [shape=(T, H, W)].

    ``origin`` is the number of the plane's first frame. Whole numbers are summed, which no
    processor rounds, and divided last: half-periods of a still video are the same to the last bit.
    """
    total = np.zeros(plane.shape[1:])
    for frame in plane[half_period.first - origin : half_period.end - origin]:
        cv2.accumulate(frame, total)
    return total / half_period.frames
