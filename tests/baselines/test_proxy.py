"""The proxy, against what it stands for and against its own definition."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.baselines.autodiff import make_vjp
from stages.baselines.proxy import Proxy, from_blocks, rounded, staircase, to_blocks, transformed
from stages.video.codec import Codec
from stages.video.quality import psnr_rgb
from tests.conftest import constant

levels = st.floats(-200, 200)
sharpnesses = st.floats(0.5, 20)


def slope(function, at):
    backward, _ = make_vjp(function)(np.array([at]))
    return backward(np.ones(1))[0]


@given(levels, sharpnesses)
def test_the_soft_staircase_has_the_slope_of_its_finite_differences(level, sharpness):
    step = 1e-5
    above, below = (staircase(np.array([level + d]), sharpness)[0] for d in (step, -step))
    # At whole numbers the curvature jumps, and the slope does not.
    assert slope(lambda at: staircase(at, sharpness), level) == pytest.approx(
        (above - below) / (2 * step), rel=1e-3, abs=1e-3 * sharpness
    )


@given(st.integers(-200, 200), sharpnesses)
def test_the_soft_staircase_keeps_whole_numbers_and_climbs(level, sharpness):
    within = staircase(level + np.linspace(0, 1, 21), sharpness)
    assert within[[0, -1]] == pytest.approx([level, level + 1], abs=1e-9)
    assert (np.diff(within) > 0).all()


def test_the_sharper_the_nearer_to_rounding():
    at = np.linspace(-3, 3, 200)
    errors = [np.abs(staircase(at, s) - np.round(at)).mean() for s in (0.01, 2, 8, 50)]
    assert errors == sorted(errors, reverse=True)
    assert staircase(at, 0.01) == pytest.approx(at, abs=1e-4)


@given(levels)
def test_hard_rounding_is_rounding_with_the_slope_one(level):
    assert abs(float(rounded(np.array([level]))[0]) - level) <= 0.5 + 2e-6
    assert slope(rounded, level) == 1


def test_exact_ties_go_up_whatever_the_last_bit_says():
    ties = np.arange(-4, 4) + 0.5
    for nearly in (ties, np.nextafter(ties, -9), np.nextafter(ties, 9)):
        assert rounded(nearly).tolist() == np.ceil(ties).tolist()


@pytest.mark.parametrize("shape", [(16, 24), (45, 60), (9, 7)])
def test_the_transform_has_its_inverse_and_keeps_energy(shape):
    picture = np.random.default_rng(1).normal(size=shape)
    coefficients = transformed(picture)
    assert from_blocks(coefficients, shape) == pytest.approx(picture)
    assert np.sum(coefficients**2) == pytest.approx(np.sum(picture**2))


def test_a_flat_block_has_its_mean_alone():
    coefficients = to_blocks(np.full((8, 8), 100, np.uint8))[0, :, 0]
    assert coefficients[0, 0] == pytest.approx(8 * (100 - 128))
    coefficients[0, 0] = 0
    assert coefficients == pytest.approx(0)


def test_step_sizes_are_those_of_h264():
    assert [Proxy(qp).step("Y") for qp in (4, 10, 28, 51)] == [1.0, 2.0, 16.0, 224.0]
    assert Proxy(29).step("V") == Proxy(29).step("Y")
    assert Proxy(51).step("U") == Proxy(39).step("Y")
    assert Proxy(51).step("U") == Proxy(49).step("V")


@pytest.mark.parametrize("rounding", ["soft", "hard"])
def test_more_compression_leaves_less(natural, rounding):
    few = replace(natural, i420=natural.i420[:4])
    psnr = [psnr_rgb(few, Proxy(crf, rounding).round_trip(few)) for crf in (10, 28, 45)]
    assert psnr == sorted(psnr, reverse=True)


def test_the_soft_proxy_is_kinder_than_the_hard_one_and_both_than_the_codec(natural):
    """The reported mismatch: a mark that is trained here meets more loss than it was shown."""
    soft, hard, real = (
        psnr_rgb(natural, channel.round_trip(natural))
        for channel in (Proxy(28, "soft"), Proxy(28, "hard"), Codec(crf=28))
    )
    assert soft > hard + 3
    assert soft > real + 3
    assert not math.isclose(hard, real, abs_tol=1e-3)


@pytest.mark.parametrize("rounding", ["soft", "hard"])
def test_what_comes_back_is_a_video_of_the_same_shape(rounding):
    grey = constant(128, width=70, height=66)
    assert np.array_equal(Proxy(28, rounding).round_trip(grey).i420, grey.i420)
