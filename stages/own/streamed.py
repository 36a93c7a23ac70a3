"""What the detector looks at, gathered frame by frame, in memory flat in the video's length."""

import math
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from stages.signature.detect.detect import Features, whitened
from stages.signature.detect.evidence import Evidence, gathered
from stages.signature.model.half_periods import WINDOW
from stages.signature.model.spectrum import Carrier, Signature
from stages.video.frames import Frames


def period(signature: Signature, frames: int) -> int:
    """Frames after which all carriers that are usable in so many frames repeat at once."""
    return math.lcm(*(2 * carrier.half_period for carrier in signature.usable(frames)))


class Gathered:
    """The evidence of a video whose frames come one by one, at one shift or at all of them.

    A sign repeats after twice its half_period, and after one half_period it is the opposite: so many shifts hold
    all that there are. The features are those of ``detect.features`` to the last bit.
    """

    def __init__(self, signature: Signature, *, all_shifts: bool = False) -> None:
        self.frames = 0
        self._signature = signature
        self._all_shifts = all_shifts
        self._waiting: list[NDArray[np.uint8]] = []
        self._found: dict[tuple[Carrier, int], Evidence] = {}

    def add(self, i420: NDArray[np.uint8]) -> None:
        """Add the next frame [shape=(3 * H / 2, W)]."""
        self._waiting.append(i420.copy())
        self.frames += 1
        # The last window takes what is left: this one is over when the next is sure to follow.
        if len(self._waiting) == 2 * WINDOW:
            self._window(WINDOW)

    def features(self, shift: int = 0) -> Features:
        """The features of all frames, the first of them ``shift`` frames late; nothing follows."""
        self._window(len(self._waiting))
        return whitened(
            {
                carrier: self._shifted(carrier, shift)
                for carrier in self._signature.usable(self.frames)
            }
        )

    def _shifted(self, carrier: Carrier, shift: int) -> Evidence:
        turns, phase = divmod(shift, carrier.half_period)
        found = self._found[carrier, phase]
        return -found if turns % 2 else found

    def _window(self, count: int) -> None:
        if count == 0:
            return
        frames = Frames(np.stack(self._waiting[:count]), Fraction(25))
        first = self.frames - len(self._waiting)
        del self._waiting[:count]
        for carrier in self._signature.carriers:
            plane = frames.plane(carrier.plane)
            for shift in range(carrier.half_period if self._all_shifts else 1):
                new = gathered(plane, carrier, first=first, shift=shift)
                at = carrier, shift
                self._found[at] = self._found[at] + new if at in self._found else new
