"""What a video says about each coefficient of a carrier, wherever and whenever it is quiet.

The mark changes its sign from one half_period to the next, and the video does not: a coefficient less that
of its surroundings in time, times the sign, is the mark's, with the video's own changes as noise. A
place that moves, or a cut, is loud for some half_periods: they count in inverse proportion to their energy
(a weighted mean; its weights are the same for every coefficient of a block, so that chance in one
of them is not taken for quiet).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stages.signature.detect.alignment import undone
from stages.signature.model.carriers import Floats, carrier_band, to_coefficients
from stages.signature.model.half_periods import HalfPeriod, half_periods, mean
from stages.signature.model.spectrum import Carrier


@dataclass(frozen=True)
class Evidence:
    """Of a window, or of several.

    Attributes
    ----------
    values : coefficients of the mark, times their weight [shape=(blocks, n)].
    weight : of all half_periods, the mean over the blocks.
    """

    values: Floats
    weight: float

    def __add__(self, other: "Evidence") -> "Evidence":
        """Of both: evidence adds up over time."""
        return Evidence(self.values + other.values, self.weight + other.weight)

    def __neg__(self) -> "Evidence":
        """Under the opposite signs."""
        return Evidence(-self.values, self.weight)

    @property
    def coefficients(self) -> Floats:
        """Coefficients of the mark in 8-bit units [shape=(blocks, n)]."""
        return self.values / self.weight if self.weight > 0 else self.values


def gathered(
    plane: NDArray[np.uint8],
    carrier: Carrier,
    *,
    first: int = 0,
    shift: int = 0,
    zoom: float = 1.0,
) -> Evidence:
    """The evidence of a window, whose frames [shape=(T, H, W)] begin at ``first``.

    Parameters
    ----------
    shift : number of frames by which the video is late.
    zoom : enlargement that is undone.
    """
    parts = half_periods(first, first + len(plane), carrier.half_period, shift)
    return weighed(
        half_period_coefficients(plane, parts, carrier, first=first, zoom=zoom), parts, carrier
    )


def half_period_coefficients(
    plane: NDArray[np.uint8],
    parts: Sequence[HalfPeriod],
    carrier: Carrier,
    *,
    first: int = 0,
    zoom: float = 1.0,
) -> Floats:
    """The coefficients of each half_period's mean picture [shape=(half_periods, blocks, n)]."""
    pictures = (undone(mean(plane, part, first), zoom) for part in parts)
    band = carrier_band(carrier)
    return np.stack([to_coefficients(picture, carrier.block, band) for picture in pictures])


def weighed(coefficients: Floats, parts: Sequence[HalfPeriod], carrier: Carrier) -> Evidence:
    """The evidence in the coefficients [shape=(half_periods, blocks, n)] of the half_periods of a window.

    A half_period counts by its frames, if it is quiet.
    """
    # From the first half_period on: what stands still is exactly nothing, and is no rounding error.
    moved = coefficients - coefficients[0]
    if len(parts) == 1 or not moved.size:
        return Evidence(moved[0], 0.0)
    lengths = np.array([half_period.frames for half_period in parts])[:, np.newaxis]
    signs = np.array([half_period.sign for half_period in parts])[:, np.newaxis]
    weights = lengths * reliability(temporal_variance(moved, carrier), carrier)
    signed = signs * weights
    # Each half_period less its neighbours, and less the mean of all: what that makes of its own weight.
    around = neighbours(len(parts)).T @ signed
    everywhen = weights * signed.sum(axis=0) / weights.sum(axis=0)
    factors = signed - carrier.drift * around - (1 - carrier.drift) * everywhen
    # A neighbour has the mark with the opposite sign.
    values = np.einsum("sb,sbn->bn", factors, moved) / (1 + carrier.drift)
    return Evidence(values, float(weights.mean(axis=1).sum()))


def neighbours(count: int) -> Floats:
    """What takes each of some half_periods, two or more, to the mean of those beside it [square]."""
    beside = np.eye(count, k=1) + np.eye(count, k=-1)
    return np.asarray(beside / beside.sum(axis=1, keepdims=True))


def temporal_variance(coefficients: Floats, carrier: Carrier) -> Floats:
    """How much each block changes from a half_period to the next [shape=(half_periods, blocks)].

    The energy of a coefficient, the mean of a block's, of half the difference to each neighbour; of
    a single half_period nothing is known.
    """
    if len(coefficients) == 1:
        return np.zeros(coefficients.shape[:2])
    bell = carrier_band(carrier).amplitudes ** 2
    energy = np.diff(coefficients, axis=0) ** 2 @ bell / (4 * bell.sum())
    ends = np.concatenate([energy[:1], energy, energy[-1:]])
    return np.asarray((ends[:-1] + ends[1:]) / 2)


def reliability(loud: Floats, carrier: Carrier) -> Floats:
    """How much a half_period counts, from 0 to 1: half, if it is as loud as ``carrier.noise``.

    That is more than a mark is, so that where the codec lets one through is not taken for loud.
    """
    return np.asarray(1 / (1 + loud / carrier.noise**2))
