"""The answer of a detector, whatever the watermark."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Detection:
    """The answer of a scheme's detector about one video under one key.

    Attributes
    ----------
    score : larger means more likely marked; a mark counts as found from the scheme's threshold on.
    bound : upper bound on the probability that a video without this key's mark scores this high, 1
        where nothing is proven.
    """

    score: float
    bound: float
