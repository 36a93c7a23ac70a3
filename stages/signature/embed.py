"""Put the mark of a key into a video, at a fixed distortion."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from stages.signature.carriers import Floats, carrier_band, modulation, to_coefficients, to_pixels
from stages.signature.chips import chips
from stages.signature.spectrum import Carrier, Signature
from stages.video.frames import Frames, Plane
from stages.video.quality import psnr_rgb

# Mean squared error over R, G and B that a unit of squared error in a plane makes (BT.601,
# limited range; a chroma error covers the same share of pixels at half resolution).
RGB_ERROR: dict[Plane, float] = {
    "Y": 1.164**2,
    "U": (0.392**2 + 2.017**2) / 3,
    "V": (1.596**2 + 0.813**2) / 3,
}

# The distortion is met from above, within this many dB.
_TOLERANCE_DB = 0.01
_MAX_STEPS = 12


def embed(frames: Frames, signature: Signature, key: bytes, *, psnr_db: float) -> Frames:
    """Mark a video: same shape, with an RGB PSNR of at least ``psnr_db`` against ``frames``.

    A video that is too short or too small for every carrier comes back as it was.
    """
    patterns = [_pattern(frames, carrier, key) for carrier in signature.usable(len(frames))]
    patterns = [pattern for pattern in patterns if pattern.energy > 0]
    if not patterns:
        return frames
    strength = 255 * 10 ** (-psnr_db / 20)
    for _ in range(_MAX_STEPS):
        marked = _add(frames, patterns, strength)
        excess = psnr_rgb(frames, marked) - psnr_db
        if 0 <= excess <= _TOLERANCE_DB:
            return marked
        # Rounding and clipping bend the law a little: aim at the middle of the tolerance.
        strength = round(strength * 10 ** ((excess - _TOLERANCE_DB / 2) / 20), 9)
    # Rounding to whole numbers can make the last step too coarse to meet: stay below it.
    while psnr_rgb(frames, marked) < psnr_db:
        strength *= 0.98
        marked = _add(frames, patterns, strength)
    return marked


@dataclass(frozen=True)
class _Pattern:
    """One carrier's picture [shape of its plane] of unit RGB error, and its energy share."""

    carrier: Carrier
    picture: Floats
    energy: float


def _pattern(frames: Frames, carrier: Carrier, key: bytes) -> _Pattern:
    plane = frames.plane(carrier.plane)
    coefficients = carrier_band(carrier)
    activity = _activity(plane, carrier)
    values = activity * coefficients.amplitudes
    values *= chips(key, carrier.address, values.size).reshape(values.shape)
    picture = to_pixels(values, carrier.block, coefficients, plane.shape[1:])
    error = RGB_ERROR[carrier.plane] * float(np.mean(picture**2))
    if error == 0:
        return _Pattern(carrier, picture, 0.0)
    return _Pattern(carrier, picture / math.sqrt(error), carrier.share)


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


def _add(frames: Frames, patterns: list[_Pattern], strength: float) -> Frames:
    """The frames plus the patterns, each with its sign at each time, rounded to 8 bits."""
    total = sum(pattern.energy for pattern in patterns)
    marked = Frames(frames.i420.copy(), frames.fps)
    for name in RGB_ERROR:
        own = [pattern for pattern in patterns if pattern.carrier.plane == name]
        if not own:
            continue
        signs = np.stack([modulation(p.carrier.flip, len(frames)) for p in own], axis=1)
        amplitudes = [strength * math.sqrt(p.energy / total) for p in own]
        pictures = np.stack([a * p.picture for a, p in zip(amplitudes, own, strict=True)])
        _add_to_plane(marked.plane(name), pictures, signs)
    return marked


def _add_to_plane(plane: NDArray[np.uint8], pictures: Floats, signs: Floats) -> None:
    """Add ``signs @ pictures`` to a plane in place; frames with equal signs share one sum."""
    states, state_of_frame = np.unique(signs, axis=0, return_inverse=True)
    for state, sign in enumerate(states):
        change = np.rint(np.tensordot(sign, pictures, axes=1)).astype(np.int16)
        for time in np.flatnonzero(state_of_frame == state):
            plane[time] = cv2.add(plane[time], change, dtype=cv2.CV_8U)
