"""The turn between a stored picture and the picture that is shown."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from stages.common.errors import VideoError


@dataclass(frozen=True)
class Orientation:
    """The turn of a stored picture that is to be shown: ``x' = a x + c y, y' = b x + d y``."""

    a: int = 1
    b: int = 0
    c: int = 0
    d: int = 1

    def stored(self, shown: NDArray[np.float32]) -> NDArray[np.float32]:
        """Turn a picture [shape=(H, W)] so that, once stored, it is shown like this."""
        turned = shown if self.a else shown.T
        down, right = (self.d, self.a) if self.a else (self.c, self.b)
        return turned[::down, ::right]

    @property
    def turned(self) -> bool:
        """Tell whether the picture is shown in another way than it is stored."""
        return self != Orientation()

    @property
    def mirrored(self) -> bool:
        """Tell whether the picture is mirrored after it is turned."""
        return self.a * self.d - self.b * self.c < 0

    @property
    def degrees(self) -> int:
        """The counterclockwise turn before it is mirrored: 0, 90, 180 or -90."""
        sign = -1 if self.mirrored else 1
        return {(1, 0): 0, (0, 1): 90, (-1, 0): 180, (0, -1): -90}[sign * self.a, sign * self.c]


def orientation_of(frame: av.VideoFrame, path: Path) -> Orientation:
    """Read a decoded frame's orientation. Raises ``VideoError``, naming the file, if aslant."""
    matrix: Any = frame.side_data.get("DISPLAYMATRIX")
    if matrix is None:
        return Orientation()
    values = np.frombuffer(bytes(matrix), np.int32).reshape(3, 3)[:2, :2] / 65536
    turned = np.rint(values).astype(int)
    if abs(round(np.linalg.det(turned))) != 1 or np.abs(values - turned).max() > 0.01:
        raise VideoError(f"{path}: turned by {frame.rotation} degrees: multiples of 90 only")
    return Orientation(*turned.ravel().tolist())
