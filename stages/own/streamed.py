"""The detector's features of a long video, frame by frame, in memory flat in its length."""

import math
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from stages.signature.detect.detect import Features, to_features
from stages.signature.detect.evidence import Evidence, gather
from stages.signature.model.half_periods import WINDOW
from stages.signature.model.spectrum import Carrier, Signature
from stages.video.frames import Frames


def period(signature: Signature, frames: int) -> int:
    """Count the frames after which all carriers that so many frames can hold repeat at once."""
    return math.lcm(*(2 * carrier.half_period for carrier in signature.usable(frames)))


class StreamedEvidence:
    """The evidence of a video whose frames come one by one, at one shift or at all of them.

    A carrier's sign repeats after two half-periods, and after one it is the opposite: the shifts
    within a half-period stand for all. The features are those of ``detect.features`` to the last
    bit.

    Attributes
    ----------
    frames : added so far.
    """

    def __init__(self, signature: Signature, *, all_shifts: bool = False) -> None:
        self.frames = 0
        self._signature = signature
        self._all_shifts = all_shifts
        self._waiting: list[NDArray[np.uint8]] = []
        self._evidence: dict[tuple[Carrier, int], Evidence] = {}

    def add(self, i420: NDArray[np.uint8]) -> None:
        """Add the next frame [shape=(3 * H / 2, W)]."""
        self._waiting.append(i420.copy())
        self.frames += 1
        # The last window takes what is left: this one is over when the next is sure to follow.
        if len(self._waiting) == 2 * WINDOW:
            self._close_window(WINDOW)

    def features(self, shift: int = 0) -> Features:
        """Return the features of all frames, ``shift`` frames late; none may be added after."""
        self._close_window(len(self._waiting))
        return to_features(
            {
                carrier: self._shifted(carrier, shift)
                for carrier in self._signature.usable(self.frames)
            }
        )

    def _shifted(self, carrier: Carrier, shift: int) -> Evidence:
        half_periods, phase = divmod(shift, carrier.half_period)
        evidence = self._evidence[carrier, phase]
        return -evidence if half_periods % 2 else evidence

    def _close_window(self, count: int) -> None:
        """Take the evidence of the first ``count`` frames that wait."""
        if count == 0:
            return
        frames = Frames(np.stack(self._waiting[:count]), Fraction(25))
        first = self.frames - len(self._waiting)
        del self._waiting[:count]
        for carrier in self._signature.carriers:
            plane = frames.plane(carrier.plane)
            for shift in range(carrier.half_period if self._all_shifts else 1):
                new = gather(plane, carrier, first=first, shift=shift)
                before = self._evidence.get((carrier, shift))
                self._evidence[carrier, shift] = new if before is None else before + new
