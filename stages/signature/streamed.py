"""What the detector looks at, gathered frame by frame, in memory flat in the video's length."""

import math
from fractions import Fraction

import cv2
import numpy as np
from numpy.typing import NDArray

from stages.signature.carriers import Floats, modulation
from stages.signature.detect import Means, balanced
from stages.signature.spectrum import Signature
from stages.video.frames import Frames, Plane


def period(signature: Signature, frames: int) -> int:
    """Frames after which all carriers that are usable in so many frames repeat at once."""
    return math.lcm(*(2 * carrier.flip for carrier in signature.usable(frames)))


class StreamedMeans:
    """Sums of the frames by their phase in each modulation: enough for the means at any shift.

    A modulation repeats after twice its flip, so as many sums hold all that it asks for. They are
    whole numbers, and the means are those of ``detect.modulated_means`` to the last bit. That one
    is for clips in memory, whose shift is known before they are summed.
    """

    def __init__(self, signature: Signature) -> None:
        self.frames = 0
        self._signature = signature
        self._sums: dict[tuple[Plane, int], Floats] = {}

    def add(self, i420: NDArray[np.uint8]) -> None:
        """Add the next frame [shape=(3 * H / 2, W)]."""
        frame = Frames(i420[np.newaxis], Fraction(25))
        for plane, flip in {(carrier.plane, carrier.flip) for carrier in self._signature.carriers}:
            (picture,) = frame.plane(plane)
            if (plane, flip) not in self._sums:
                self._sums[plane, flip] = np.zeros((2 * flip, *picture.shape))
            cv2.accumulate(picture, self._sums[plane, flip][self.frames % (2 * flip)])
        self.frames += 1

    def means(self, shift: int = 0) -> Means:
        """The modulated means of all frames so far, the first of them ``shift`` frames late."""
        return {
            (carrier.plane, carrier.flip): self._mean(carrier.plane, carrier.flip, shift)
            for carrier in self._signature.usable(self.frames)
        }

    def _mean(self, plane: Plane, flip: int, shift: int) -> Floats:
        phases = np.arange(2 * flip)
        counts = (self.frames - phases + 2 * flip - 1) // (2 * flip)
        ahead = modulation(flip, 2 * flip, shift) > 0
        sums = self._sums[plane, flip]
        return balanced(
            sums[ahead].sum(axis=0), sums[~ahead].sum(axis=0),
            int(counts[ahead].sum()), int(counts[~ahead].sum()),
        )  # fmt: skip
