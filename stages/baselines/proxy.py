"""A differentiable stand-in for H.264, as the earlier approaches trained through it.

Every 8x8 block of every frame is transformed and quantised on its own, at H.264's step sizes. The
proxy has no prediction from other frames, no skipped blocks and no rate, so a mark that is trained
on it knows nothing of them.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dctn, idctn

from stages.baselines.autodiff import anp, defvjp, primitive
from stages.signature.model.carriers import Floats
from stages.video.frames import Frames
from stages.video.planes import PLANES, PlaneName

Rounding = Literal["soft", "hard"]

BLOCK = 8

# Step sizes at QP 0 to 5; they double every 6 (ITU-T H.264, table in 8.5.9, as step sizes).
_STEPS = (0.625, 0.6875, 0.8125, 0.875, 1.0, 1.125)
# Chroma's QP at luma's from 30 on (ITU-T H.264, table 8-15).
_CHROMA_QP = (
    29, 30, 31, 32, 32, 33, 34, 34, 35, 35, 36, 36, 37, 37, 37, 38, 38, 38, 39, 39, 39, 39,
)  # fmt: skip
# Exact ties are common among whole numbers: they all go up, whatever the last bit of a float says.
_TIE = 1e-6


@dataclass(frozen=True)
class Proxy:
    """A proxy at one setting; ``round_trip`` stands where a ``Codec``'s does.

    Attributes
    ----------
    crf : constant rate factor, taken for the QP of every block, 0 to 51.
    rounding : ``soft``, a staircase of tanh that has a slope everywhere (Gong et al.,
        Differentiable Soft Quantization, 2019), or ``hard``, whose slope is taken for 1 (the
        straight-through estimator; Bengio et al., 2013).
    sharpness : of the soft staircase; towards 0 it becomes the identity, towards infinity hard.
    """

    crf: int
    rounding: Rounding = "soft"
    sharpness: float = 4.0

    def step(self, plane: PlaneName) -> float:
        """Return the step size of a plane's coefficients (orthonormal DCT of 8-bit samples)."""
        qp = self.crf if PLANES[plane].luma or self.crf < 30 else _CHROMA_QP[self.crf - 30]
        return float(_STEPS[qp % 6] * 2 ** (qp // 6))

    def quantised(self, coefficients: Any, plane: PlaneName) -> Any:
        """Round coefficients to the levels of a plane, in a form that autograd can follow."""
        step = self.step(plane)
        levels = coefficients / step
        return step * (
            rounded(levels) if self.rounding == "hard" else staircase(levels, self.sharpness)
        )

    def round_trip(self, frames: Frames, *, subject: str = "clip") -> Frames:  # noqa: ARG002
        """Transform, quantise and transform back: same shape, 8 bit."""
        received = Frames(np.empty_like(frames.i420), frames.fps)
        for plane in PLANES:
            for picture, target in zip(frames.plane(plane), received.plane(plane), strict=True):
                pixels = from_blocks(self.quantised(to_blocks(picture), plane), picture.shape)
                target[:] = np.clip(np.floor(pixels + 128 + 0.5 + _TIE), 0, 255)
        return received


def staircase(levels: Any, sharpness: float) -> Any:
    """Round softly: whole numbers stay, and a tanh leads from each to the next."""
    below = anp.floor(levels)
    return below + 0.5 + anp.tanh(sharpness * (levels - below - 0.5)) / (2 * np.tanh(sharpness / 2))


@primitive
def rounded(levels: Any) -> Any:
    """Round to whole numbers, with the slope 1."""
    return np.floor(levels + 0.5 + _TIE)


defvjp(rounded, lambda _result, _levels: lambda slope: slope)


def to_blocks(picture: NDArray[np.uint8]) -> Floats:
    """Return the DCT of a picture's blocks [shape=(h, 8, w, 8)]; mid-grey is 0.

    A picture [shape=(H, W)] that fills no whole number of blocks is continued by its edge.
    """
    return transformed(picture.astype(np.float64) - 128, "edge")


def transformed(picture: Floats, beyond: Literal["edge", "constant"] = "constant") -> Floats:
    """Return the orthonormal DCT of a picture's blocks [shape=(h, 8, w, 8)].

    ``beyond`` says what fills the blocks beyond the picture's edge: its edge, or zeros.
    """
    height, width = picture.shape
    padded = np.pad(picture, ((0, -height % BLOCK), (0, -width % BLOCK)), beyond)
    tiles = padded.reshape(padded.shape[0] // BLOCK, BLOCK, padded.shape[1] // BLOCK, BLOCK)
    return np.asarray(dctn(tiles, axes=(1, 3), norm="ortho"))


def from_blocks(coefficients: Floats, shape: tuple[int, int]) -> Floats:
    """Invert ``transformed``, and cut the picture to a shape."""
    tiles = idctn(coefficients, axes=(1, 3), norm="ortho")
    rows, side, columns, _ = tiles.shape
    return np.asarray(tiles.reshape(rows * side, columns * side)[: shape[0], : shape[1]])
