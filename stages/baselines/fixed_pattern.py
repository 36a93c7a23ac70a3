"""The earlier detector: one pattern for everybody, and the absolute value of its correlation.

The pattern stands in the low band of every 8x8 block of luma, in every frame, and there is no key.
How a video without it correlates with it follows no law that could be known beforehand: the
threshold has to be learned.
"""

from collections.abc import Sequence
from statistics import median

import numpy as np
from numpy.typing import NDArray

from stages.baselines.proxy import BLOCK, from_blocks, to_blocks
from stages.signature.embed.blocks import Headroom, within
from stages.signature.embed.embed import add
from stages.signature.embed.residuals import Residual
from stages.signature.model.carriers import Floats
from stages.video.frames import Frames
from stages.video.quality import RgbReference

# Coefficients (u, v) of the low band: 1 <= u + v <= 4.
_ROWS, _COLUMNS = np.nonzero(np.isin(np.add.outer(range(BLOCK), range(BLOCK)), (1, 2, 3, 4)))
_SIGNS = 1.0 - 2.0 * (_ROWS % 2)


def mark(frames: Frames, *, psnr_db: float, headroom: Headroom) -> Frames:
    """A video with the pattern, at a PSNR over R, G and B."""
    height, width = frames.height, frames.width
    tiles = np.zeros((-(-height // BLOCK), BLOCK, -(-width // BLOCK), BLOCK))
    tiles[:, _ROWS, :, _COLUMNS] = _SIGNS[:, None, None]
    picture = from_blocks(tiles, (height, width)).astype(np.float32)
    picture /= np.sqrt(np.mean(picture**2))
    residual = Residual(picture[None], np.zeros(len(frames), np.intp))
    return add(RgbReference.of(frames), within({"Y": residual}, headroom), psnr_db=psnr_db)


def score(frames: Frames) -> float:
    """Absolute correlation of a video with the pattern, from 0 to 1, over all blocks and frames."""
    product, energy, count = 0.0, 0.0, 0
    for picture in frames.plane("Y"):
        values = _low_band(picture)
        product += float(np.sum(values * _SIGNS[:, None, None]))
        energy += float(np.sum(values**2))
        count += values.size
    return round(abs(product) / np.sqrt(energy * count), 9) if energy > 0 else 0.0


def learned_threshold(marked: Sequence[float], unmarked: Sequence[float]) -> float:
    """Half way between the medians of marked and of unmarked scores."""
    return (median(marked) + median(unmarked)) / 2


def _low_band(picture: NDArray[np.uint8]) -> Floats:
    return np.asarray(to_blocks(picture)[:, _ROWS, :, _COLUMNS])
