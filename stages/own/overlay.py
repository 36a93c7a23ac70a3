"""The mark, made at one size, on frames of any size, depth, range and orientation."""

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from stages.own.container.orientation import Orientation
from stages.own.container.samples import Samples, StoredFrame
from stages.video.planes import PLANES, PlaneName

# What is added to each plane of a frame, in 8-bit steps of limited range [shape=(H, W)].
FrameResidual = Mapping[PlaneName, NDArray[np.float32]]

# The error that a frame is allowed is used up to this part.
_USED = 0.97
_MAX_STEPS = 10
# How near the greatest gain that a frame may take is looked for.
_NEAR = 0.01
# Where scaling has taken much of a mark, more of what is left would not bring it back.
_MOST_GAIN = 1.5


class Overlay:
    """Residuals on frames, at the strength that spends the error which each frame is allowed.

    Attributes
    ----------
    frames : marked so far.
    squared_error : sum over them of the mean squared error over R, G and B, in 8-bit steps.
    """

    def __init__(self, orientation: Orientation) -> None:
        self.frames = 0
        self.squared_error = 0.0
        self._orientation = orientation
        # Frames follow each other with little change, so the strength of the last fits the next.
        self._gain = 1.0

    def put(self, frame: StoredFrame, residual: FrameResidual, allowed: float) -> None:
        """Mark a frame in place, with a mean squared error of at most ``allowed``."""
        planes = frame.planes()
        native = [
            _fitted(residual[name], samples, self._orientation) * _unit(frame, name)
            if name in residual
            else np.zeros(samples.shape, np.float32)
            for name, samples in zip(PLANES, planes, strict=True)
        ]
        marked, error = self._within(frame, planes, native, allowed)
        for samples, changed in zip(planes, marked, strict=True):
            samples[:] = changed
        self.frames += 1
        self.squared_error += error

    def _within(
        self,
        frame: StoredFrame,
        planes: list[Samples],
        native: list[NDArray[np.float32]],
        allowed: float,
    ) -> tuple[list[Samples], float]:
        """Return the marked planes, and their error.

        Samples are whole numbers, so the error may leap: what the rule of the square root misses,
        halving finds.
        """
        low, high, aim = 0.0, _MOST_GAIN, (1 + _USED) / 2 * allowed
        gain = self._gain
        for _ in range(_MAX_STEPS):
            marked = _added(frame, planes, native, gain)
            error = squared_error(frame, planes, marked)
            if _USED * allowed <= error <= allowed or (error <= allowed and high - low < _NEAR):
                break
            low, high = (low, gain) if error > allowed else (gain, high)
            guess = gain * float(np.sqrt(aim / error)) if error else high
            gain = guess if low < guess < high else (low + high) / 2
        if error > allowed:
            marked = _added(frame, planes, native, low)
            error = squared_error(frame, planes, marked)
        # A frame that can take nothing says nothing of the next.
        self._gain = gain if error else 1.0
        return marked, error


def _unit(frame: StoredFrame, name: PlaneName) -> np.float32:
    """Return the number of the frame's steps in one step of 8-bit limited range."""
    limited = PLANES[name].codes
    codes = limited if not frame.colours.full_range else 255
    return np.float32(codes / limited * 2 ** (frame.depth - 8))


def _fitted(
    residual: NDArray[np.float32], plane: Samples, orientation: Orientation
) -> NDArray[np.float32]:
    """Bring a residual to the size of a plane, turned as the plane is stored."""
    turned = np.ascontiguousarray(orientation.stored(residual))
    height, width = plane.shape
    smaller = height < turned.shape[0] or width < turned.shape[1]
    scaler = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(turned, (width, height), interpolation=scaler), np.float32)


def _added(
    frame: StoredFrame, planes: list[Samples], native: list[NDArray[np.float32]], gain: float
) -> list[Samples]:
    """Add residuals, times a gain, to planes, in whole numbers."""
    kind = cv2.CV_8U if frame.depth == 8 else cv2.CV_16U
    highest = 2**frame.depth - 1
    added: list[Samples] = []
    for plane, residual in zip(planes, native, strict=True):
        total = np.asarray(cv2.add(plane, np.float32(gain) * residual, dtype=kind), plane.dtype)
        added.append(total if frame.depth == 8 else np.minimum(total, highest))
    return added


def squared_error(frame: StoredFrame, before: list[Samples], after: list[Samples]) -> float:
    """Measure the mean squared error over R, G and B, in 8-bit steps, at every second pixel.

    By the frame's own colour matrix, and with what rounding R, G and B to 8 bits may add.
    """
    height, width = before[0].shape
    y, u, v = (
        _at_sites(new, (height, width)) - _at_sites(old, (height, width))
        for old, new in zip(before, after, strict=True)
    )
    changed = float(np.mean((y != 0) | (u != 0) | (v != 0)))
    y, u, v = (
        difference * (np.float32(255 / plane.codes) / _unit(frame, plane.name))
        for plane, difference in zip(PLANES.values(), (y, u, v), strict=True)
    )
    red, blue = frame.colours.luma_weights
    from_v, from_u = 2 * (1 - red), 2 * (1 - blue)
    green = 1 - red - blue
    channels = (
        y + from_v * v,
        y + from_u * u,
        y - (from_v * red / green) * v - (from_u * blue / green) * u,
    )
    rounding = changed / 6 if frame.depth == 8 else 0.0
    return float(np.mean([np.mean(channel**2) for channel in channels])) + rounding


def _at_sites(plane: Samples, luma: tuple[int, int]) -> NDArray[np.float32]:
    """Return the samples at every second pixel of luma, each way."""
    down, right = (2 if side == whole else 1 for side, whole in zip(plane.shape, luma, strict=True))
    return plane[::down, ::right].astype(np.float32)
