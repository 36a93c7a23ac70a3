"""A video cut where a carrier changes its sign: in each span its mark stands still.

Spans come in windows of about two seconds, and are compared with those of their own window alone:
so memory does not grow with a video's length, and no scene is compared with one an hour later.
"""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from stages.signature.carriers import Floats

# Frames in a window; the last one takes what is left, if that is less than another.
WINDOW = 60


@dataclass(frozen=True)
class Span:
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


def spans(first: int, end: int, flip: int, shift: int = 0) -> tuple[Span, ...]:
    """The spans of some frames under a sign that changes every ``flip`` frames.

    ``shift`` is the number of frames by which the first of the video is late.
    """
    changes = [time for time in range(first + 1, end) if (time + shift) % flip == 0]
    return tuple(
        Span(start, stop, 1 - 2 * ((start + shift) // flip % 2))
        for start, stop in pairwise([first, *changes, end])
    )


def mean(plane: NDArray[np.uint8], span: Span, origin: int = 0) -> Floats:
    """The mean picture of a span [shape=(H, W)] of a plane [shape=(T, H, W)] from ``origin`` on.

    Whole numbers are summed, which no processor rounds, and divided last: spans of what stands
    still are the same to the last bit.
    """
    total = np.zeros(plane.shape[1:])
    for frame in plane[span.first - origin : span.end - origin]:
        cv2.accumulate(frame, total)
    return total / span.frames
