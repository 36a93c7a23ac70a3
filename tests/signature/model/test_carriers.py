import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.fft import dctn

from stages.signature.model.carriers import (
    band,
    dct_basis,
    modulation,
    to_coefficients,
    to_pixels,
)


def test_the_sign_changes_after_every_half_period():
    assert modulation(2, 7).tolist() == [1, 1, -1, -1, 1, 1, -1]


@pytest.mark.parametrize("size", [4, 8, 16, 40])
def test_the_basis_is_orthonormal(size):
    np.testing.assert_allclose(dct_basis(size) @ dct_basis(size).T, np.eye(size), atol=1e-12)


def test_coefficients_are_scipys_block_by_block():
    picture = np.random.default_rng(1).normal(size=(20, 27))
    chosen = band(8, 0.1, 0.5)
    coefficients = to_coefficients(picture, 8, chosen)
    expected = [
        dctn(picture[8 * row : 8 * row + 8, 8 * column : 8 * column + 8], norm="ortho")[
            chosen.rows, chosen.columns
        ]
        for row in range(2)
        for column in range(3)
    ]
    np.testing.assert_allclose(coefficients, expected, atol=1e-12)


@given(st.integers(0, 1000))
def test_pixels_and_coefficients_undo_each_other(seed):
    chosen = band(8, 0.15, 0.4)
    values = np.random.default_rng(seed).normal(size=(6, len(chosen.rows)))
    picture = to_pixels(values, 8, chosen, (19, 24))
    np.testing.assert_allclose(to_coefficients(picture, 8, chosen), values, atol=1e-12)
    # Parseval: the transform keeps energy, so shares of energy are shares of squared error.
    assert np.sum(picture**2) == pytest.approx(np.sum(values**2))
    assert not picture[16:].any()


def test_a_band_leaves_out_the_mean_and_peaks_at_its_centre():
    chosen = band(40, 0.05, 0.3)
    frequency = np.hypot(chosen.rows, chosen.columns) / 80
    assert (frequency > 0).all()
    assert chosen.amplitudes.max() == 1.0
    assert frequency[chosen.amplitudes.argmax()] == pytest.approx(0.05, abs=0.01)
    # One standard deviation of log frequency away, a bell has fallen to exp(-1/2).
    near = np.abs(np.log(frequency / 0.05)) < 0.3
    assert chosen.amplitudes[near].min() > 0.55
