"""Embedding: the mark of a key is added to a video at a fixed distortion."""

import cv2
import numpy as np

from stages.signature.embed.blocks import within
from stages.signature.embed.distortion import Distortion
from stages.signature.embed.pattern import pattern
from stages.signature.embed.residuals import Residuals
from stages.signature.model.spectrum import Signature
from stages.video.frames import Frames
from stages.video.quality import RgbReference

# The distortion is met from above, within this many dB.
_TOLERANCE_DB = 0.01
_MAX_STEPS = 12
# The strength is first solved on every 7th frame: a step that is in phase with no modulation.
_STEP = 7


def embed(
    frames: Frames,
    signature: Signature,
    key: bytes,
    distortion: Distortion,
) -> Frames:
    """Mark a video: same shape, and changed by no more than the distortion allows.

    A video that is too short or too small for every carrier comes back as it was.
    """
    residuals = within(pattern(frames, signature, key), distortion.headroom)
    return add(RgbReference.of(frames), residuals, psnr_db=distortion.psnr_db)


def add(reference: RgbReference, residuals: Residuals, *, psnr_db: float) -> Frames:
    """Add residuals to frames at the strength that gives the PSNR, rounded to 8 bits."""
    if not residuals:
        return reference.frames
    sample = {plane: residual.every(_STEP) for plane, residual in residuals.items()}
    _, strength, _ = _solve(reference.every(_STEP), sample, psnr_db, 255 * 10 ** (-psnr_db / 20))
    marked, strength, excess = _solve(reference, residuals, psnr_db, strength)
    # Rounding to whole numbers can make the last step too coarse to meet: stay below it.
    while excess < 0:
        strength *= 0.98
        marked = plus(reference.frames, residuals, strength)
        excess = reference.psnr(marked) - psnr_db
    return marked


def _solve(
    reference: RgbReference, residuals: Residuals, psnr_db: float, strength: float
) -> tuple[Frames, float, float]:
    """Solve for the strength that meets the PSNR, from a first guess.

    Return the marked frames, the strength, and by how much their PSNR exceeds ``psnr_db``.
    """
    for _ in range(_MAX_STEPS):
        marked = plus(reference.frames, residuals, strength)
        excess = reference.psnr(marked) - psnr_db
        if 0 <= excess <= _TOLERANCE_DB:
            break
        # Rounding and clipping bend the law a little: aim at the middle of the tolerance.
        strength = round(strength * 10 ** ((excess - _TOLERANCE_DB / 2) / 20), 9)
    return marked, strength, excess


def plus(frames: Frames, residuals: Residuals, strength: float) -> Frames:
    """Add residuals times a strength to frames, rounded to 8 bits."""
    marked = Frames(frames.i420.copy(), frames.fps)
    for name, residual in residuals.items():
        plane = marked.plane(name)
        for picture, indices in residual.placed():
            change = np.float32(strength) * picture
            for frame in indices:
                cv2.add(plane[frame], change, dst=plane[frame], dtype=cv2.CV_8U)
    return marked
