"""The finding on a mark in a video, and what it proves, in words."""

import math
from dataclasses import dataclass
from typing import Any

from stages.signature.detect.bound import threshold


@dataclass(frozen=True)
class MarkVerdict:
    """The statistic of a video under a key, and what follows from it.

    Attributes
    ----------
    z : greatest over all attempts.
    attempts : alignments tried.
    greatest_z : the most that features like this video's could give, under any key.
    frames : looked at.
    false_positive_rate : accepted for a video without the mark.
    """

    z: float
    attempts: int
    greatest_z: float
    frames: int
    false_positive_rate: float

    @property
    def threshold(self) -> float:
        """The least ``z`` at which the mark counts as found."""
        return threshold(self.false_positive_rate, self.attempts)

    @property
    def found(self) -> bool:
        """Tell whether the mark counts as found."""
        return self.z >= self.threshold

    @property
    def undecidable(self) -> bool:
        """Tell whether not even a perfect mark could be found in this video."""
        return self.greatest_z < self.threshold

    @property
    def log10_bound(self) -> float:
        """Decimal logarithm of the bound on a false accusation; the bound may be too small."""
        exponent = math.log(self.attempts) - max(self.z, 0.0) ** 2 / 2
        return min(0.0, exponent / math.log(10))

    def __str__(self) -> str:
        if not self.found:
            return (
                f"not found: z = {self.z:.2f}, and {self.threshold:.2f} would be needed\n"
                "It is not marked with this key, or the mark is gone: nobody can tell which."
            )
        return (
            f"found: z = {self.z:.2f}, where {self.threshold:.2f} is needed\n"
            "A video made without this key scores this high with a probability of less than "
            f"{one_in(self.log10_bound)} ({scientific(self.log10_bound)})."
        )

    def as_json(self) -> dict[str, Any]:
        """Return the same for programs; ``log10_false_positive_bound`` never underflows."""
        return {
            "found": self.found,
            "z": round(self.z, 6),
            "z_threshold": round(self.threshold, 6),
            "false_positive_bound": scientific(self.log10_bound),
            "log10_false_positive_bound": round(self.log10_bound, 6),
            "attempts": self.attempts,
            "frames": self.frames,
        }


def one_in(log10: float) -> str:
    """Write a probability in plain words, rounded up: ``1 in 10^9``."""
    return f"1 in 10^{math.floor(-log10)}"


def scientific(log10: float) -> str:
    """Write a probability of any smallness, rounded up: ``4.3e-10``."""
    exponent = math.floor(log10)
    tenths = math.ceil(10 ** (log10 - exponent + 1) - 1e-9)
    if tenths == 100:
        exponent, tenths = exponent + 1, 10
    return f"{tenths / 10:.1f}e{exponent:+03d}" if exponent else f"{tenths / 10:.1f}"
