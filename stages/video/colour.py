"""How a distortion shows to the eye: as a difference of colour, and as its flicker."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from skimage.color import deltaE_ciede2000, rgb2lab

from stages.video.frames import Frames

# Pixels looked at: every so many, each way. A mark is broader than that.
_STEP = 4
_TAIL = 99.9


@dataclass(frozen=True)
class ColourDifference:
    """CIEDE2000 (CIE 142-2001) over frames and pixels; about 1 is just noticeable side by side.

    Attributes
    ----------
    median, p999 : of a frame against its reference: median and 99.9th percentile.
    flicker_median, flicker_p999 : of what the distortion alone changes from a frame to the next.
    """

    median: float
    p999: float
    flicker_median: float
    flicker_p999: float


def colour_difference(reference: Frames, distorted: Frames) -> ColourDifference:
    """How far apart two videos of the same shape look, pixel by pixel.

    Flicker compares a frame under its own distortion with the same frame under the distortion of
    the frame before, so that motion in the video does not count, and a distortion that stands
    still has none. Both are 0 for a single frame.
    """
    before = reference.rgb()[:, ::_STEP, ::_STEP].astype(np.float64)
    change = distorted.rgb()[:, ::_STEP, ::_STEP] - before
    lab = _lab(before + change)
    colour = _ciede2000(_lab(before), lab)
    flicker = _ciede2000(_lab(before[1:] + change[:-1]), lab[1:])
    return ColourDifference(*_middle_and_tail(colour), *_middle_and_tail(flicker))


def _lab(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(rgb2lab(np.clip(rgb, 0, 255) / 255))


def _ciede2000(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(deltaE_ciede2000(one, other))  # type: ignore[no-untyped-call]


def _middle_and_tail(values: NDArray[np.float64]) -> tuple[float, float]:
    if not values.size:
        return 0.0, 0.0
    middle, tail = np.percentile(values, [50, _TAIL])
    return float(middle), float(tail)
