"""Put the mark of a key into a video, at a fixed distortion."""

import cv2
import numpy as np

from stages.signature.embed.blocks import Headroom, within
from stages.signature.embed.pattern import pattern
from stages.signature.embed.residuals import Residuals
from stages.signature.model.spectrum import Signature
from stages.video.frames import Frames
from stages.video.quality import RgbReference

# The distortion is met from above, within this many dB.
_TOLERANCE_DB = 0.01
_MAX_STEPS = 12
# The strength is first solved on every so many frames: a step that is in phase with no modulation.
_FEW = 7


def embed(
    frames: Frames,
    signature: Signature,
    key: bytes,
    *,
    psnr_db: float,
    headroom: Headroom = Headroom(),  # noqa: B008 (frozen)
) -> Frames:
    """Mark a video: same shape, with an RGB PSNR of at least ``psnr_db`` against ``frames``.

    A video that is too short or too small for every carrier comes back as it was.
    """
    residuals = within(pattern(frames, signature, key), headroom)
    return add(RgbReference.of(frames), residuals, psnr_db=psnr_db)


def add(reference: RgbReference, residuals: Residuals, *, psnr_db: float) -> Frames:
    """The frames plus the residuals, at the strength that gives the PSNR, rounded to 8 bits."""
    if not residuals:
        return reference.frames
    part = {plane: residual.every(_FEW) for plane, residual in residuals.items()}
    _, strength, _ = _solved(reference.every(_FEW), part, psnr_db, 255 * 10 ** (-psnr_db / 20))
    marked, strength, excess = _solved(reference, residuals, psnr_db, strength)
    # Rounding to whole numbers can make the last step too coarse to meet: stay below it.
    while excess < 0:
        strength *= 0.98
        marked = plus(reference.frames, residuals, strength)
        excess = reference.psnr(marked) - psnr_db
    return marked


def _solved(
    reference: RgbReference, residuals: Residuals, psnr_db: float, strength: float
) -> tuple[Frames, float, float]:
    """The marked frames that meet the PSNR, their strength, from a first guess, and the excess."""
    for _ in range(_MAX_STEPS):
        marked = plus(reference.frames, residuals, strength)
        excess = reference.psnr(marked) - psnr_db
        if 0 <= excess <= _TOLERANCE_DB:
            break
        # Rounding and clipping bend the law a little: aim at the middle of the tolerance.
        strength = round(strength * 10 ** ((excess - _TOLERANCE_DB / 2) / 20), 9)
    return marked, strength, excess


def plus(frames: Frames, residuals: Residuals, strength: float) -> Frames:
    """The frames plus the residuals at a strength, rounded to 8 bits."""
    marked = Frames(frames.i420.copy(), frames.fps)
    for name, residual in residuals.items():
        plane = marked.plane(name)
        for picture, where in residual.placed():
            change = np.float32(strength) * picture
            for frame in where:
                cv2.add(plane[frame], change, dst=plane[frame], dtype=cv2.CV_8U)
    return marked
