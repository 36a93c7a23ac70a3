"""Carriers: the sign over time, the DCT blocks, and the band of coefficients."""

import functools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dct

from stages.signature.model.spectrum import Carrier

Floats = NDArray[np.float64]

# Coefficients whose amplitude is below this part of the band's peak are left out.
_BAND_FLOOR = 0.05


def modulation(half_period: int, frames: int, shift: int = 0) -> Floats:
    """Return the sign of a carrier over time [shape=(frames,)]: ``(-1)^floor(t / half_period)``.

    ``t`` counts frames from ``shift``, the number of frames by which the first is late.
    """
    times = np.arange(shift, shift + frames)
    return np.asarray(1.0 - 2.0 * ((times // half_period) % 2), np.float64)


@functools.cache
def dct_basis(size: int) -> Floats:
    """Return the orthonormal DCT-II [shape=(size, size)]: ``basis @ signal`` gives coefficients."""
    return np.asarray(dct(np.eye(size), axis=0, norm="ortho"), np.float64)


@dataclass(frozen=True)
class Band:
    """Coefficients of a block that a carrier uses.

    Attributes
    ----------
    rows, columns : indices into the block's DCT [shape=(n,)].
    ranks : place of each among all of the block's, from the lowest frequency on [shape=(n,)].
    amplitudes : relative amplitude of each, at most 1 [shape=(n,)].
    """

    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    ranks: NDArray[np.intp]
    amplitudes: Floats


@functools.lru_cache(maxsize=4096)
def band(block: int, centre: float, width: float) -> Band:
    """Return the band of a block: a bell over the logarithm of frequency ``f``.

    Amplitudes are ``exp(-(ln(f / centre) / width)^2 / 2)`` over their maximum; those below 5 %, and
    the block's mean (``f = 0``), are left out. ``f`` and ``centre`` are in cycles per pixel.
    """
    index = np.arange(block)
    frequency = np.hypot(index[:, None], index) / (2 * block)
    frequency[0, 0] = np.inf
    bell = np.exp(-0.5 * (np.log(frequency / centre) / width) ** 2)
    bell /= bell.max()
    rows, columns = np.nonzero(bell >= _BAND_FLOOR)
    return Band(rows, columns, _ranks(block)[rows, columns], bell[rows, columns])


@functools.cache
def _ranks(block: int) -> NDArray[np.intp]:
    """Return the place of each coefficient in the order of frequency [shape=(block, block)]."""
    index = np.arange(block)
    order = np.argsort((index[:, None] ** 2 + index**2).ravel(), kind="stable")
    return np.argsort(order).reshape(block, block)


def carrier_band(carrier: Carrier) -> Band:
    """Return the band of a carrier."""
    return band(carrier.block, carrier.centre, carrier.width)


def to_coefficients(pictures: Floats, block: int, coefficients: Band) -> Floats:
    """Return the block DCT of pictures [shape=(..., H, W)] in a band [shape=(..., blocks, n)].

    Pixels to the right and at the bottom that fill no block are left out.
    """
    *stack, height, width = pictures.shape
    rows, columns = height // block, width // block
    if rows * columns == 0:
        return np.zeros((*stack, 0, len(coefficients.rows)))
    tiles = pictures[..., : rows * block, : columns * block].reshape(-1, block, columns * block)
    down, across = (
        dct_basis(block)[: index.max(initial=0) + 1]
        for index in (coefficients.rows, coefficients.columns)
    )
    tall = (down @ tiles).reshape(-1, rows, len(down), columns, block)
    spectrum = (tall @ across.T).transpose(0, 1, 3, 2, 4)
    values = spectrum[..., coefficients.rows, coefficients.columns]
    return np.asarray(values.reshape(*stack, rows * columns, len(coefficients.rows)))


def to_pixels(values: Floats, block: int, coefficients: Band, shape: tuple[int, int]) -> Floats:
    """Return pictures [shape=(..., H, W)] with these block DCT values in a band, and 0 elsewhere.

    This inverts ``to_coefficients``. ``values`` has the shape (..., blocks, n); ``shape``
    is (H, W).
    """
    stack, (height, width) = values.shape[:-2], (size // block for size in shape)
    down, across = (
        dct_basis(block)[: index.max(initial=0) + 1]
        for index in (coefficients.rows, coefficients.columns)
    )
    pictures = np.zeros((*stack, *shape))
    if height * width == 0:
        return pictures
    spectrum = np.zeros((math.prod(stack) * height, width, len(down), len(across)))
    spectrum[..., coefficients.rows, coefficients.columns] = values.reshape(
        *spectrum.shape[:2], len(coefficients.rows)
    )
    tall = (spectrum @ across).transpose(0, 2, 1, 3).reshape(-1, len(down), width * block)
    pictures[..., : height * block, : width * block] = (down.T @ tall).reshape(
        *stack, height * block, width * block
    )
    return pictures
