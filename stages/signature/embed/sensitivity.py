"""The detector's sensitivity: the worth of a mark in each block of each frame."""

import numpy as np

from stages.signature.detect.evidence import (
    half_period_coefficients,
    reliability,
    temporal_variance,
)
from stages.signature.embed.blocks import Blocks
from stages.signature.model.carriers import Floats
from stages.signature.model.half_periods import half_periods, windows
from stages.signature.model.spectrum import Carrier, Signature
from stages.video.frames import Frames
from stages.video.planes import PLANES, PlaneName

# Part of the mean energy that keeps a silent block from standing above all others.
_LEAST_ENERGY = 0.3


def sensitivity(frames: Frames, signature: Signature) -> dict[PlaneName, Blocks]:
    """Compute the worth of a mark in each plane that the signature uses, relative to its mean.

    The detector weighs a half-period of a block by its reliability ``r``, a function of its
    temporal variance ``v``, and then divides by the scale of what the block has over all
    half-periods. So does this, with a floor under the scale, for each carrier by its share:

        worth = r / sqrt(e + 0.3 mean(e)),  e = mean over half-periods of r^2 v

    Returns
    -------
    Values by plane [shape=(T, rows, columns)], of mean 1.
    """
    total: dict[PlaneName, Blocks] = {}
    for carrier in signature.usable(len(frames)):
        worth = carrier.share * _carrier_worth(frames, carrier)
        plane = carrier.plane
        total[plane] = total[plane] + worth if plane in total else worth
    return {plane: values / values.mean() for plane, values in total.items()}


def _carrier_worth(frames: Frames, carrier: Carrier) -> Blocks:
    """Compute the worth of a carrier's mark [shape=(T, rows, columns)]."""
    plane = frames.plane(carrier.plane)
    variances, lengths = [], []
    for first, end in windows(len(frames)):
        parts = half_periods(first, end, carrier.half_period)
        coefficients = half_period_coefficients(plane[first:end], parts, carrier, first=first)
        variances.append(temporal_variance(coefficients, carrier))
        lengths += [part.frames for part in parts]
    variance = np.concatenate(variances)
    if variance.size == 0:  # the picture is smaller than a block
        side = PLANES[carrier.plane].block_side
        rows, columns = (-(-size // side) for size in plane.shape[1:])
        return np.ones((len(plane), rows, columns))
    weights = reliability(variance, carrier)
    energy = np.mean(weights**2 * variance, axis=0)
    worth = weights / np.sqrt(energy + _LEAST_ENERGY * energy.mean() + 1e-12)
    return _on_blocks(np.repeat(worth, lengths, axis=0), carrier, plane.shape[1:])


def _on_blocks(values: Floats, carrier: Carrier, shape: tuple[int, ...]) -> Blocks:
    """Lay values of a carrier's blocks [shape=(T, blocks)] on the codec's blocks, relative."""
    side = PLANES[carrier.plane].block_side
    rows, columns = (size // carrier.block for size in shape)
    down, across = (
        np.minimum((np.arange(0, size, side) + side // 2) // carrier.block, count - 1)
        for size, count in zip(shape, (rows, columns), strict=True)
    )
    grid = (values / values.mean()).reshape(len(values), rows, columns)
    return np.asarray(grid[:, down][:, :, across])
