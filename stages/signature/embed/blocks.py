"""Energies and gains over the blocks that codecs decide on: 16x16 pixels of a frame, 8x8 in chroma.

Arrays over blocks have the shape (T, rows, columns); blocks at the right and bottom may be cut.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stages.signature.embed.residuals import Residual, Residuals
from stages.video.planes import PLANES, PlaneName

Blocks = NDArray[np.float64]

_PASSES = 8
# What rounding to 8 bits may add to a block or a frame, in dB.
_ROUNDING_DB = 0.3


@dataclass(frozen=True)
class Headroom:
    """The distance by which parts of a clip may lie below its PSNR, in dB over R, G and B.

    Attributes
    ----------
    frame_db : for every frame.
    block_db : for every block of 16x16 pixels of every frame.
    """

    frame_db: float = 3.0
    block_db: float = 12.0


def block_sums(residual: NDArray[np.float32], side: int) -> Blocks:
    """Sum over the blocks of a plane [shape=(T, H, W)] of the given side."""
    rows, columns = (np.arange(0, size, side) for size in residual.shape[1:])
    return np.asarray(
        np.add.reduceat(np.add.reduceat(residual, rows, axis=1), columns, axis=2), np.float64
    )


def scaled(residual: NDArray[np.float32], gains: Blocks, side: int) -> NDArray[np.float32]:
    """Multiply a residual [shape=(T, H, W)] by the gain of each block."""
    field = gains.astype(np.float32).repeat(side, axis=1).repeat(side, axis=2)
    return residual * field[:, : residual.shape[1], : residual.shape[2]]


def shaped(residuals: Residuals, gains: Mapping[PlaneName, Blocks]) -> Residuals:
    """Move each plane's energy to where its gains are high, and keep its amount.

    Gains of a single frame hold for all.
    """
    result: Residuals = {}
    for plane, residual in residuals.items():
        moved = _by_block(residual, gains[plane], PLANES[plane].block_side)
        energy = moved.mean_square()
        result[plane] = moved.times(np.sqrt(residual.mean_square() / energy) if energy > 0 else 0.0)
    return result


def _by_block(residual: Residual, gains: Blocks, side: int) -> Residual:
    """Multiply a residual by the gains of each block of each frame, or of one frame for all."""
    if len(gains) == 1:
        return Residual(scaled(residual.pictures, gains, side), residual.which)
    return Residual.of(scaled(residual.frames(), gains, side))


def within(residuals: Residuals, headroom: Headroom) -> Residuals:
    """Cut residuals so that every frame and block, at any PSNR of the whole, keeps to the headroom.

    Below a headroom of about 1 dB, very uneven ones may be past it by a few tenths.
    """
    if not residuals:
        return residuals
    energy = sum(_rgb_energies(plane, residual) for plane, residual in residuals.items())
    gains = ceiling_gains(np.asarray(energy), headroom)
    if np.all(gains == 1):
        return residuals
    return {
        plane: _by_block(residual, gains, PLANES[plane].block_side)
        for plane, residual in residuals.items()
    }


def _rgb_energies(plane: PlaneName, residual: Residual) -> Blocks:
    """Compute the mean squared RGB error that a plane's residual makes in every block."""
    side = PLANES[plane].block_side
    return PLANES[plane].rgb_error * block_energies(residual, side) / side**2


def block_energies(residual: Residual, side: int) -> Blocks:
    """Sum up squares over the blocks of every frame."""
    return np.asarray(block_sums(residual.pictures**2, side)[residual.which])


def ceiling_gains(energy: Blocks, headroom: Headroom) -> Blocks:
    """Compute gains, at most 1, that bring mean squared errors of blocks under their ceilings.

    The ceilings are multiples of the clip's mean, which sinks with every cut: hence the passes.
    """
    frame, block = (
        10 ** ((room - _ROUNDING_DB) / 10) for room in (headroom.frame_db, headroom.block_db)
    )
    cut = energy.copy()
    for _ in range(_PASSES):
        mean = cut.mean()
        cut = np.minimum(cut, block * mean)
        frames = cut.mean(axis=(1, 2), keepdims=True)
        cut *= np.minimum(1.0, frame * mean / np.maximum(frames, 1e-12))
    return np.asarray(np.sqrt(np.divide(cut, energy, out=np.ones_like(cut), where=energy > 0)))
