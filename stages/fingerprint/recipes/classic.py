"""The earlier public recipe, kept to be measured beside ours.

Canny edges, Gabor energies, a Laplacian and a colour histogram, uncentred, scaled to unit length,
averaged over frames, thrown on 256 random directions and cut at their median. Because the features
are not centred, what all videos share outweighs what tells them apart: the bits hardly drift, and
hardly differ between videos.

After ``core/perceptual_hash.py`` of https://github.com/abendrothj/sigil (threshold there: 30 bits).
"""

from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from stages.fingerprint.recipe import Recipe
from stages.video.frames import Geometry

BITS = 256

_SIDE, _GRID, _SEED = 224, 32, 42
_GABOR_ANGLES = (0.0, 45.0, 90.0, 135.0)
_COLOUR_BINS = 8
# Edges, a texture for each angle, saliency; then colours. Never all zero: a histogram is not.
_FEATURES = (2 + len(_GABOR_ANGLES)) * _GRID**2 + _COLOUR_BINS**3


class Classic:
    """The sum of the features of one video's frames; its memory does not grow with them."""

    def __init__(self) -> None:
        self._sum = np.zeros(_FEATURES)

    def add(self, frame: NDArray[np.uint8]) -> None:
        """Add one I420 frame [shape=(3 * H / 2, W)]."""
        vector = features(np.asarray(cv2.cvtColor(frame, cv2.COLOR_YUV2RGB_I420), np.uint8))
        self._sum += vector / np.linalg.norm(vector)

    def bits(self) -> NDArray[np.bool_]:
        """Return the fingerprint of the frames so far [shape=(256,)]."""
        # Projecting the sum is projecting every frame and summing: the median is where it was.
        projected = self._sum @ _directions()
        return projected > np.median(projected)


def features(rgb: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Compute a frame's edges, four textures, saliency and colours [shape=(6656,)]."""
    small = np.asarray(cv2.resize(rgb, (_SIDE, _SIDE)), np.uint8)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    edges = _shrink(cv2.Canny(grey, 100, 200))
    textures = [_shrink(cv2.filter2D(grey, cv2.CV_32F, kernel)) for kernel in _gabor_kernels()]
    saliency = _shrink(cv2.Laplacian(grey, cv2.CV_64F))
    return np.concatenate([edges, *textures, saliency, _colours(small)], dtype=np.float64)


def _colours(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Compute a histogram over hue, saturation and value, of unit length [shape=(512,)]."""
    hsv = cv2.cvtColor(rgb, cv2.COLOR_RGB2HSV)
    counts = cv2.calcHist([hsv], [0, 1, 2], None, [_COLOUR_BINS] * 3, [0, 180, 0, 256, 0, 256])
    return np.asarray(cv2.normalize(counts, counts), np.float32).ravel()


def _shrink(picture: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(cv2.resize(picture, (_GRID, _GRID))).ravel()


@cache
def _gabor_kernels() -> list[NDArray[np.float32]]:
    return [
        np.asarray(cv2.getGaborKernel((31, 31), 4.0, np.deg2rad(angle), 10.0, 0.5, 0, cv2.CV_32F))
        for angle in _GABOR_ANGLES
    ]


@cache
def _directions() -> NDArray[np.float64]:
    """Draw the random directions [shape=(6656, 256)].

    They come from the legacy generator that the earlier recipe used: its stream is frozen by NumPy
    (NEP 19).
    """
    return np.random.RandomState(_SEED).standard_normal((_FEATURES, BITS))


RECORD = Recipe(
    bits=BITS,
    accumulator=Classic,
    # It squeezes frames of any shape to this square itself.
    file_geometry=Geometry(_SIDE, _SIDE, fit="stretch"),
)
