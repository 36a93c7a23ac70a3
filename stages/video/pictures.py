"""Pictures for the eye: a frame, the same frame distorted, and what is between them, enlarged."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from stages.files import write_bytes
from stages.video.frames import Frames

GAIN = 16


def comparison(reference: Frames, distorted: Frames, gain: int = GAIN) -> NDArray[np.uint8]:
    """The middle frame of both, and grey plus ``gain`` times the difference, side by side.

    RGB, uint8 [shape=(H, 3 * W, 3)].
    """
    middle = slice(len(reference) // 2, len(reference) // 2 + 1)
    before, after = (
        Frames(frames.i420[middle], frames.fps).rgb()[0] for frames in (reference, distorted)
    )
    difference = 128 + gain * (after.astype(np.int16) - before)
    return np.hstack([before, after, np.clip(difference, 0, 255).astype(np.uint8)])


def write_png(path: Path, rgb: NDArray[np.uint8]) -> None:
    """Write an RGB picture [shape=(H, W, 3)] as PNG."""
    _, encoded = cv2.imencode(".png", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))
    write_bytes(path, encoded.tobytes())
