"""Evidence of a video for each coefficient of a carrier, weighted by reliability.

The mark changes its sign from a half-period to the next, and the video does not: a coefficient less
its reference in time, times the sign, is the mark's, with the video's own changes as noise. Where
something moves, or at a cut, the temporal variance of some half-periods is high, and they count for
less. Weights are the same for all coefficients of a block, so that a low value of one of them by
chance is not taken for reliability.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stages.signature.detect.alignment import undo_zoom
from stages.signature.model.carriers import Floats, carrier_band, to_coefficients
from stages.signature.model.half_periods import HalfPeriod, half_periods, mean_picture
from stages.signature.model.spectrum import Carrier


@dataclass(frozen=True)
class Evidence:
    """Evidence for the mark in a window of a video, or in several.

    Attributes
    ----------
    values : coefficients of the mark, times their weight [shape=(blocks, n)].
    weight : sum over the half-periods of their mean weight over the blocks, in frames.
    """

    values: Floats
    weight: float

    def __add__(self, other: "Evidence") -> "Evidence":
        """Add the evidence of further windows."""
        return Evidence(self.values + other.values, self.weight + other.weight)

    def __neg__(self) -> "Evidence":
        """Return the evidence under the opposite signs."""
        return Evidence(-self.values, self.weight)

    @property
    def coefficients(self) -> Floats:
        """Estimate the coefficients of the mark, in 8-bit units [shape=(blocks, n)]."""
        return self.values / self.weight if self.weight > 0 else self.values


def gather(
    plane: NDArray[np.uint8],
    carrier: Carrier,
    *,
    first: int = 0,
    shift: int = 0,
    zoom: float = 1.0,
) -> Evidence:
    """Gather the evidence of a window, whose frames [shape=(T, H, W)] begin at ``first``.

    Parameters
    ----------
    shift : number of frames by which the video is late.
    zoom : enlargement that is undone.
    """
    parts = half_periods(first, first + len(plane), carrier.half_period, shift)
    coefficients = half_period_coefficients(plane, parts, carrier, first=first, zoom=zoom)
    return weigh(coefficients, parts, carrier)


def half_period_coefficients(
    plane: NDArray[np.uint8],
    parts: Sequence[HalfPeriod],
    carrier: Carrier,
    *,
    first: int = 0,
    zoom: float = 1.0,
) -> Floats:
    """Transform the mean picture of each half-period [shape=(half-periods, blocks, n)]."""
    pictures = (undo_zoom(mean_picture(plane, part, first), zoom) for part in parts)
    band = carrier_band(carrier)
    return np.stack([to_coefficients(picture, carrier.block, band) for picture in pictures])


def weigh(coefficients: Floats, parts: Sequence[HalfPeriod], carrier: Carrier) -> Evidence:
    """Weigh a window's coefficients [shape=(half-periods, blocks, n)] by frames and reliability.

    For each block, with ``x_h`` the coefficients of half-period ``h``, ``s_h`` its sign, and
    ``w_h`` the product of its frames and its reliability, the evidence is::

        values = sum_h s_h w_h (x_h - d N_h - (1 - d) M) / (1 + d)
        weight = sum_h w_h, averaged over the blocks

    where ``N_h`` is the mean of the half-periods beside ``h``, ``M`` the mean of all of the window
    weighted by ``w``, and ``d`` the carrier's ``drift``. ``1 + d`` is there because the mark has
    the opposite sign in ``N_h``. The sum is computed as one factor for each ``x_h``.
    """
    # Less the first half-period, so that a still video leaves exactly 0, and no rounding error.
    moved = coefficients - coefficients[0]
    if len(parts) == 1 or not moved.size:
        return Evidence(moved[0], 0.0)
    lengths = np.array([half_period.frames for half_period in parts])[:, np.newaxis]
    signs = np.array([half_period.sign for half_period in parts])[:, np.newaxis]
    weights = lengths * reliability(temporal_variance(moved, carrier), carrier)
    signed = signs * weights
    around = neighbours(len(parts)).T @ signed
    everywhen = weights * signed.sum(axis=0) / weights.sum(axis=0)
    factors = signed - carrier.drift * around - (1 - carrier.drift) * everywhen
    values = np.einsum("sb,sbn->bn", factors, moved) / (1 + carrier.drift)
    return Evidence(values, float(weights.mean(axis=1).sum()))


def neighbours(count: int) -> Floats:
    """Return the matrix that takes two or more half-periods to the mean of those beside each."""
    beside = np.eye(count, k=1) + np.eye(count, k=-1)
    return np.asarray(beside / beside.sum(axis=1, keepdims=True))


def temporal_variance(coefficients: Floats, carrier: Carrier) -> Floats:
    """Estimate each block's change from a half-period to the next [shape=(half-periods, blocks)].

    That is the energy of half the difference to a neighbour, averaged over the coefficients of the
    block, weighted by their squared amplitudes, and over the neighbours. A single half-period has
    none, and gives 0.
    """
    if len(coefficients) == 1:
        return np.zeros(coefficients.shape[:2])
    bell = carrier_band(carrier).amplitudes ** 2
    energy = np.diff(coefficients, axis=0) ** 2 @ bell / (4 * bell.sum())
    ends = np.concatenate([energy[:1], energy, energy[-1:]])
    return np.asarray((ends[:-1] + ends[1:]) / 2)


def reliability(variance: Floats, carrier: Carrier) -> Floats:
    """Compute ``1 / (1 + variance / noise^2)``: 1 for a still block, 1/2 at ``carrier.noise``.

    ``variance`` is ``temporal_variance``, of any shape. The noise is larger than a mark, so that a
    place where the codec lets the mark through is not taken for one that moves.
    """
    return np.asarray(1 / (1 + variance / carrier.noise**2))
