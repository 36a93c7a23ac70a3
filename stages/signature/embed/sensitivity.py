"""Where the detector looks: what a mark is worth in a block of a frame."""

import numpy as np

from stages.signature.detect.evidence import (
    half_period_coefficients,
    reliability,
    temporal_variance,
)
from stages.signature.embed.blocks import SIDE, Blocks
from stages.signature.model.carriers import Floats
from stages.signature.model.half_periods import half_periods, windows
from stages.signature.model.spectrum import Carrier, Signature
from stages.video.frames import Frames
from stages.video.planes import PlaneName

# Part of the mean energy that keeps a silent block from standing above all others.
_LEAST_ENERGY = 0.3


def sensitivity(frames: Frames, signature: Signature) -> dict[PlaneName, Blocks]:
    """Of each plane that the signature uses, relative to its mean [shape=(T, rows, columns)].

    The detector weighs a half_period of a block by its reliability, and then divides by the scale of what
    the block has over all half_periods: so does this, for each carrier by its share of the energy.
    """
    found: dict[PlaneName, Blocks] = {}
    for carrier in signature.usable(len(frames)):
        own = carrier.share * _of_carrier(frames, carrier)
        found[carrier.plane] = found[carrier.plane] + own if carrier.plane in found else own
    return {plane: values / values.mean() for plane, values in found.items()}


def _of_carrier(frames: Frames, carrier: Carrier) -> Blocks:
    plane = frames.plane(carrier.plane)
    loud, lengths = [], []
    for first, end in windows(len(frames)):
        parts = half_periods(first, end, carrier.half_period)
        coefficients = half_period_coefficients(plane[first:end], parts, carrier, first=first)
        loud.append(temporal_variance(coefficients, carrier))
        lengths += [part.frames for part in parts]
    noise = np.concatenate(loud)
    if noise.size == 0:  # the picture is smaller than a block
        rows, columns = (-(-size // SIDE[carrier.plane]) for size in plane.shape[1:])
        return np.ones((len(plane), rows, columns))
    quiet = reliability(noise, carrier)
    energy = np.mean(quiet**2 * noise, axis=0)
    worth = quiet / np.sqrt(energy + _LEAST_ENERGY * energy.mean() + 1e-12)
    return _on_blocks(np.repeat(worth, lengths, axis=0), carrier, plane.shape[1:])


def _on_blocks(values: Floats, carrier: Carrier, shape: tuple[int, ...]) -> Blocks:
    """Values of a carrier's blocks [shape=(T, blocks)] on the codec's blocks, relative."""
    rows, columns = (size // carrier.block for size in shape)
    down, across = (
        np.minimum((np.arange(0, size, side) + side // 2) // carrier.block, count - 1)
        for size, count, side in zip(shape, (rows, columns), [SIDE[carrier.plane]] * 2, strict=True)
    )
    grid = (values / values.mean()).reshape(len(values), rows, columns)
    return np.asarray(grid[:, down][:, :, across])
