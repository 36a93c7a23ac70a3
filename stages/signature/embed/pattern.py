"""The mark of a key before it has a strength: a residual for each plane, to be scaled and added."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from stages.signature.embed.residuals import Residual, Residuals
from stages.signature.model.carriers import (
    Floats,
    carrier_band,
    modulation,
    to_coefficients,
    to_pixels,
)
from stages.signature.model.chips import signs
from stages.signature.model.spectrum import Carrier, Signature
from stages.video.frames import Frames
from stages.video.planes import PLANES, PlaneName


def rgb_errors(residuals: Residuals) -> dict[PlaneName, float]:
    """Compute the mean squared error over R, G and B that each plane's residual makes."""
    return {
        plane: PLANES[plane].rgb_error * residual.mean_square()
        for plane, residual in residuals.items()
    }


def pattern(frames: Frames, signature: Signature, key: bytes, start: int = 0) -> Residuals:
    """Draw the mark for a video, of mean squared RGB error 1; empty if no carrier fits into it.

    ``start`` is the number of frames that come before these in the video.
    """
    pictures = [(c, _picture(frames, c, key)) for c in signature.usable(len(frames))]
    pictures = [(carrier, picture) for carrier, picture in pictures if picture.any()]
    total = sum(carrier.share for carrier, _ in pictures)
    if total == 0:
        return {}
    residuals: Residuals = {}
    for plane in PLANES:
        parts = [
            (carrier, math.sqrt(carrier.share / total) * picture)
            for carrier, picture in pictures
            if carrier.plane == plane
        ]
        if parts:
            residuals[plane] = _modulated(parts, len(frames), start)
    return residuals


def _modulated(parts: Sequence[tuple[Carrier, Floats]], frames: int, start: int) -> Residual:
    """Add up carriers' pictures, each times its sign in every frame; equal sums are drawn once."""
    over_time = np.stack(
        [modulation(carrier.half_period, frames, start) for carrier, _ in parts], axis=1
    )
    distinct, which = np.unique(over_time.astype(np.float32), axis=0, return_inverse=True)
    pictures = np.array([picture for _, picture in parts], np.float32)
    return Residual(np.tensordot(distinct, pictures, axes=1), which)


def _picture(frames: Frames, carrier: Carrier, key: bytes) -> Floats:
    """Draw a carrier's picture [shape of its plane], of mean squared RGB error 1 or all zero."""
    plane = frames.plane(carrier.plane)
    coefficients = carrier_band(carrier)
    values = _activity(plane, carrier) * coefficients.amplitudes
    values *= signs(key, carrier, len(values))
    picture = to_pixels(values, carrier.block, coefficients, plane.shape[1:])
    error = PLANES[carrier.plane].rgb_error * float(np.mean(picture**2))
    return picture / math.sqrt(error) if error > 0 else picture


def _activity(plane: NDArray[np.uint8], carrier: Carrier) -> Floats:
    """Compute each block's amplitude by the activity in it [shape=(blocks, 1)].

    It is ``(s / mean(s)) ** activity``, kept within 1/4 and 4, where ``s`` is 1 plus the root mean
    square of a block's coefficients in the carrier's band, of the frame in the video's middle.
    """
    coefficients = carrier_band(carrier)
    central = plane[len(plane) // 2].astype(np.float64)
    values = to_coefficients(central, carrier.block, coefficients)
    if carrier.activity == 0 or values.size == 0:
        return np.ones((len(values), 1))
    deviation = np.sqrt(np.mean(values**2, axis=1, keepdims=True)) + 1.0
    relative = deviation / deviation.mean()
    return np.asarray(np.clip(relative**carrier.activity, 0.25, 4.0))
