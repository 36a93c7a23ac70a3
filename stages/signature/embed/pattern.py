"""The mark of a key before it has a strength: for each plane a residual to be scaled and added."""

import math

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
from stages.video.planes import PlaneName

# Mean squared error over R, G and B that a unit of squared error in a plane makes (BT.601,
# limited range; a chroma error covers the same share of pixels at half resolution).
RGB_ERROR: dict[PlaneName, float] = {
    "Y": 1.164**2,
    "U": (0.392**2 + 2.017**2) / 3,
    "V": (1.596**2 + 0.813**2) / 3,
}


def rgb_errors(residuals: Residuals) -> dict[PlaneName, float]:
    """Mean squared error over R, G and B that each plane's residual makes."""
    return {
        plane: RGB_ERROR[plane] * residual.mean_square() for plane, residual in residuals.items()
    }


def pattern(frames: Frames, signature: Signature, key: bytes, start: int = 0) -> Residuals:
    """The mark for a video, of mean squared RGB error 1; empty if no carrier fits into it.

    ``start`` is the number of frames that come before these in the video.
    """
    pictures = [(c, _picture(frames, c, key)) for c in signature.usable(len(frames))]
    pictures = [(carrier, picture) for carrier, picture in pictures if picture.any()]
    total = sum(carrier.share for carrier, _ in pictures)
    if total == 0:
        return {}
    residuals: Residuals = {}
    for plane in RGB_ERROR:
        own = [(carrier, picture) for carrier, picture in pictures if carrier.plane == plane]
        if own:
            over_time = np.stack(
                [modulation(carrier.half_period, len(frames), start) for carrier, _ in own], axis=1
            )
            scaled = [math.sqrt(carrier.share / total) * picture for carrier, picture in own]
            distinct, which = np.unique(over_time.astype(np.float32), axis=0, return_inverse=True)
            mixed = np.tensordot(distinct, np.array(scaled, np.float32), axes=1)
            residuals[plane] = Residual(mixed, which)
    return residuals


def _picture(frames: Frames, carrier: Carrier, key: bytes) -> Floats:
    """One carrier's picture [shape of its plane], of mean squared RGB error 1 or all zero."""
    plane = frames.plane(carrier.plane)
    coefficients = carrier_band(carrier)
    values = _activity(plane, carrier) * coefficients.amplitudes
    values *= signs(key, carrier, len(values))
    picture = to_pixels(values, carrier.block, coefficients, plane.shape[1:])
    error = RGB_ERROR[carrier.plane] * float(np.mean(picture**2))
    return picture / math.sqrt(error) if error > 0 else picture


def _activity(plane: NDArray[np.uint8], carrier: Carrier) -> Floats:
    """How much each block takes before it shows, relative to the mean [shape=(blocks, 1)]."""
    coefficients = carrier_band(carrier)
    middle = plane[len(plane) // 2].astype(np.float64)
    values = to_coefficients(middle, carrier.block, coefficients)
    if carrier.activity == 0 or values.size == 0:
        return np.ones((len(values), 1))
    deviation = np.sqrt(np.mean(values**2, axis=1, keepdims=True)) + 1.0
    relative = deviation / deviation.mean()
    return np.asarray(np.clip(relative**carrier.activity, 0.25, 4.0))
