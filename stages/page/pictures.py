"""Pictures of one clip, side by side: original, marked, difference enlarged, compressed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]

# Height and width. Pixel for pixel, a page of large videos would be too large to open.
LARGEST = (480, 640)


@dataclass(frozen=True)
class Strip:
    """Views of one frame, RGB, uint8 [shape=(H, W, 3) each].

    ``difference`` is grey plus the enlarged difference of ``marked`` from ``original``;
    ``compressed`` is the marked frame after the codec.
    """

    original: Rgb
    marked: Rgb
    difference: Rgb
    compressed: Rgb

    @property
    def side_by_side(self) -> Rgb:
        """Join all four in a row [shape=(H, 4 * W, 3)]."""
        return np.hstack([self.original, self.marked, self.difference, self.compressed])

    def middle(self) -> "Strip":
        """Cut out the middle of each, pixel for pixel, at most ``LARGEST``."""
        return Strip(*(_middle(view) for view in vars(self).values()))


def strip(comparison: Rgb, compressed: Rgb) -> Strip:
    """Take the three pictures of a comparison [shape=(H, 3 * W, 3)] apart, and add the fourth."""
    original, marked, difference = np.split(comparison, 3, axis=1)
    return Strip(original, marked, difference, compressed)


def _middle(rgb: Rgb) -> Rgb:
    rows, columns = (
        slice((size - most) // 2, (size + most) // 2) if size > most else slice(None)
        for size, most in zip(rgb.shape, LARGEST, strict=False)
    )
    return rgb[rows, columns]
