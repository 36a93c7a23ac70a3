"""Pictures for the eye: a frame, the same frame distorted, and the enlarged difference."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from stages.common.errors import AfterimageError
from stages.common.files import write_bytes
from stages.video.frames import Frames

GAIN = 16


def comparison(reference: Frames, distorted: Frames, gain: int = GAIN) -> NDArray[np.uint8]:
    """Put both middle frames, and grey plus ``gain`` times their difference, side by side.

    Returns RGB, uint8 [shape=(H, 3 * W, 3)].
    """
    before, after = (middle_frame(frames) for frames in (reference, distorted))
    difference = 128 + gain * (after.astype(np.int16) - before)
    return np.hstack([before, after, np.clip(difference, 0, 255).astype(np.uint8)])


def middle_frame(frames: Frames) -> NDArray[np.uint8]:
    """Return the middle frame, RGB, uint8 [shape=(H, W, 3)]."""
    middle = slice(len(frames) // 2, len(frames) // 2 + 1)
    return np.asarray(Frames(frames.i420[middle], frames.fps).rgb()[0])


def png(rgb: NDArray[np.uint8]) -> bytes:
    """Encode an RGB picture [shape=(H, W, 3)] as PNG."""
    return cv2.imencode(".png", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))[1].tobytes()


def write_png(path: Path, rgb: NDArray[np.uint8]) -> None:
    """Write an RGB picture [shape=(H, W, 3)] as PNG."""
    write_bytes(path, png(rgb))


def read_png(path: Path) -> NDArray[np.uint8]:
    """Read a PNG as RGB, uint8 [shape=(H, W, 3)]."""
    bgr = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    if bgr is None:
        raise AfterimageError(f"{path}: not a picture")
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)
