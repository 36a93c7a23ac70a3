"""A video cut where a carrier changes its sign: in each half_period its mark stands still.

Spans come in windows of about two seconds, and are compared with those of their own window alone:
so memory does not grow with a video's length, and no scene is compared with one an hour later.
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
    """Frames ``first`` to before ``end``, and the sign that the carrier has in them."""

    first: int
    end: int
    sign: int

    @property
    def frames(self) -> int:
        return self.end - self.first


def windows(frames: int) -> list[tuple[int, int]]:
    """Where each window of so many frames begins and ends."""
    count = max(1, frames // WINDOW)
    return list(pairwise([*(WINDOW * number for number in range(count)), frames]))


def half_periods(first: int, end: int, half_period: int, shift: int = 0) -> tuple[HalfPeriod, ...]:
    """The half_periods of some frames under a sign that changes every ``half_period`` frames.

    ``shift`` is the number of frames by which the first of the video is late.
    """
    changes = [time for time in range(first + 1, end) if (time + shift) % half_period == 0]
    return tuple(
        HalfPeriod(start, stop, 1 - 2 * ((start + shift) // half_period % 2))
        for start, stop in pairwise([first, *changes, end])
    )


def mean(plane: NDArray[np.uint8], half_period: HalfPeriod, origin: int = 0) -> Floats:
    """The mean picture of a half_period [shape=(H, W)] of a plane [shape=(T, H, W)] from ``origin`` on.

    Whole numbers are summed, which no processor rounds, and divided last: half_periods of what stands
    still are the same to the last bit.
    """
    total = np.zeros(plane.shape[1:])
    for frame in plane[half_period.first - origin : half_period.end - origin]:
        cv2.accumulate(frame, total)
    return total / half_period.frames
