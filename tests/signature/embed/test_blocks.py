import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.signature.embed.blocks import (
    Headroom,
    block_sums,
    ceiling_gains,
    scaled,
    shaped,
    within,
)
from stages.signature.embed.residuals import Residual, Residuals
from stages.video.planes import PLANES


def noise(*shape):
    return np.random.default_rng(1).normal(size=shape).astype(np.float32)


def test_block_sums_are_the_naive_ones_with_the_rest_at_the_border():
    residual = noise(3, 20, 27)
    sums = block_sums(residual, 8)
    assert sums.shape == (3, 3, 4)
    for row in range(3):
        for column in range(4):
            block = residual[:, 8 * row : 8 * row + 8, 8 * column : 8 * column + 8]
            np.testing.assert_allclose(sums[:, row, column], block.sum(axis=(1, 2)), atol=1e-4)


def test_each_pixel_takes_the_gain_of_its_block():
    gains = np.random.default_rng(2).random((2, 3, 4))
    field = scaled(np.ones((2, 20, 27), np.float32), gains, 8)
    for (time, row, column), value in np.ndenumerate(field):
        assert value == np.float32(gains[time, row // 8, column // 8])


def test_shaping_moves_energy_and_keeps_how_much_each_plane_has():
    residuals: Residuals = {
        "Y": Residual.of(noise(4, 32, 48)),
        "V": Residual.of(3 * noise(4, 16, 24)),
    }
    gains = {plane: np.random.default_rng(3).random((4, 2, 3)) for plane in residuals}
    moved = shaped(residuals, gains)
    for plane, residual in residuals.items():
        before, after = residual.frames(), moved[plane].frames()
        assert np.sum(after**2) == pytest.approx(np.sum(before**2), rel=1e-5)
        assert after[0, 0, 0] / after[0, -1, -1] == pytest.approx(
            before[0, 0, 0] * gains[plane][0, 0, 0]
            / (before[0, -1, -1] * gains[plane][0, -1, -1]),
            rel=1e-5,
        )  # fmt: skip


@settings(max_examples=50)
@given(st.integers(0, 1000), st.floats(0.2, 3))
def test_no_frame_and_no_block_exceeds_its_ceiling(seed, spread):
    energy = np.exp(spread * np.random.default_rng(seed).normal(size=(30, 4, 5)))
    headroom = Headroom(frame_db=3, block_db=9)
    cut = energy * ceiling_gains(energy, headroom) ** 2
    assert (cut <= energy * (1 + 1e-12)).all()
    assert cut.mean(axis=(1, 2)).max() <= 10**0.3 * cut.mean()
    assert cut.max() <= 10**0.9 * cut.mean()


def test_what_keeps_to_the_ceilings_is_left_alone():
    residuals: Residuals = {"V": Residual.of(np.ones((5, 16, 16), np.float32))}
    assert within(residuals, Headroom()) is residuals


def test_the_ceilings_count_all_planes_in_rgb():
    """The energy of a strong chroma block, by hand, goes down to 12 - 0.3 dB over the mean."""
    residual = np.full((40, 64, 64), 0.1, np.float32)
    residual[7, 8:16, 16:24] = 10
    still = Residual(np.zeros((1, 128, 128), np.float32), np.zeros(40, np.intp))
    cut = within({"U": Residual.of(residual), "Y": still}, Headroom(30, 12))["U"].frames()
    energy = PLANES["U"].rgb_error * cut.astype(float) ** 2
    assert energy[7, 8:16, 16:24].mean() <= 10**1.2 * energy.mean()
    assert energy[7, 8:16, 16:24].mean() == pytest.approx(10**1.17 * energy.mean(), rel=0.02)
    np.testing.assert_array_equal(cut[0], residual[0])
