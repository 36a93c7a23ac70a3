"""The visibility of a distortion: as a difference of colour, and as its flicker."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from skimage.color import deltaE_ciede2000, rgb2lab

from stages.video.frames import Frames

# Every so many pixels are looked at, each way. A mark is broader than that.
_STEP = 4
_TAIL = 99.9


@dataclass(frozen=True)
class ColourDifference:
    """CIEDE2000 (CIE 142-2001) over frames and pixels; about 1 is just noticeable side by side.

    Attributes
    ----------
    median, p999 : of a frame against its reference: median and 99.9th percentile.
    flicker_median, flicker_p999 : of the distortion's own change from a frame to the next.
    """

    median: float
    p999: float
    flicker_median: float
    flicker_p999: float


def colour_difference(reference: Frames, distorted: Frames) -> ColourDifference:
    """Measure how far apart two videos of the same shape look, pixel by pixel.

    Flicker compares a frame under its own distortion with the same frame under the distortion of
    the frame before, so that motion in the video does not count, and a distortion that stands
    still has none. Both are 0 for a single frame.
    """
    before = reference.rgb()[:, ::_STEP, ::_STEP].astype(np.float64)
    change = distorted.rgb()[:, ::_STEP, ::_STEP] - before
    lab = _lab(before + change)
    colour = _ciede2000(_lab(before), lab)
    flicker = _ciede2000(_lab(before[1:] + change[:-1]), lab[1:])
    return ColourDifference(*_median_and_tail(colour), *_median_and_tail(flicker))


def _lab(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(rgb2lab(np.clip(rgb, 0, 255) / 255))


def _ciede2000(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(deltaE_ciede2000(first, second))  # type: ignore[no-untyped-call]


def _median_and_tail(values: NDArray[np.float64]) -> tuple[float, float]:
    if not values.size:
        return 0.0, 0.0
    median, tail = np.percentile(values, [50, _TAIL])
    return float(median), float(tail)
