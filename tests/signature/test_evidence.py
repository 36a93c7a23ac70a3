"""What a detector gathers: against plain loops, and on videos whose answer is known."""

import itertools
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.fft import dctn

from stages.signature.detect.detect import features
from stages.signature.detect.evidence import gathered, reliability, temporal_variance
from stages.signature.embed.sensitivity import sensitivity
from stages.signature.model.carriers import carrier_band, modulation, to_pixels
from stages.signature.model.half_periods import WINDOW, half_periods, windows
from stages.signature.model.spectrum import Signature
from stages.signature.search.space import hand_set_vector, to_signature
from stages.video.frames import Frames

SIGNATURE = to_signature(hand_set_vector(), "balanced")
CARRIER = next(one for one in SIGNATURE.carriers if one.plane == "V" and one.half_period == 4)
FPS = Fraction(25)


@given(st.integers(0, 100), st.integers(1, 150), st.integers(1, 30), st.integers(-60, 60))
def test_spans_cut_the_modulation_where_it_changes(first, frames, half_period, shift):
    parts = half_periods(first, first + frames, half_period, shift)
    signs = np.repeat([part.sign for part in parts], [part.frames for part in parts])
    np.testing.assert_array_equal(signs, modulation(half_period, frames, first + shift))
    assert all(one.end == two.first for one, two in itertools.pairwise(parts))
    assert all(one.sign != two.sign for one, two in itertools.pairwise(parts))


@given(st.integers(1, 1000))
def test_windows_cover_a_video_and_none_is_short(frames):
    found = windows(frames)
    assert [time for first, end in found for time in range(first, end)] == list(range(frames))
    assert all(end - first < 2 * WINDOW for first, end in found)
    assert len(found) == 1 or all(end - first >= WINDOW for first, end in found)


def coefficients(picture):
    """Of every block, by SciPy's DCT [shape=(blocks, n)]."""
    side, band = CARRIER.block, carrier_band(CARRIER)
    return np.array(
        [
            dctn(picture[row : row + side, column : column + side], norm="ortho")[
                band.rows, band.columns
            ]
            for row in range(0, picture.shape[0] - side + 1, side)
            for column in range(0, picture.shape[1] - side + 1, side)
        ]
    )


@pytest.mark.parametrize(("frames", "shift"), [(32, 0), (31, 3), (30, -5), (5, 0)])
def test_evidence_is_the_definition_span_by_span(natural, frames, shift):
    plane = natural.plane("V")[:frames].astype(float)
    bell = carrier_band(CARRIER).amplitudes ** 2
    groups: dict[int, list[int]] = {}
    for time in range(frames):
        groups.setdefault((time + shift) // CARRIER.half_period, []).append(time)
    seen = [coefficients(plane[times].mean(axis=0)) for times in groups.values()]
    steps = [
        [np.average(((b - a) / 2) ** 2, weights=bell) for a, b in zip(*pair, strict=True)]
        for pair in itertools.pairwise(seen)
    ]
    total, weight = np.zeros_like(seen[0]), 0.0
    weights = np.zeros((len(seen), len(seen[0])))
    for index, times in enumerate(groups.values()):
        for block in range(len(seen[0])):
            around = [step[block] for step in steps[max(index - 1, 0) : index + 1]]
            weights[index, block] = len(times) / (1 + np.mean(around) / CARRIER.noise**2)
    mean = np.einsum("sb,sbn->bn", weights, seen) / weights.sum(axis=0)[:, None]
    for index, number in enumerate(groups):
        near = [seen[at] for at in (index - 1, index + 1) if 0 <= at < len(seen)]
        apart = seen[index] - CARRIER.drift * np.mean(near, axis=0) - (1 - CARRIER.drift) * mean
        total += (-1) ** number * weights[index][:, None] * apart / (1 + CARRIER.drift)
        weight += weights[index].mean()
    found = gathered(natural.plane("V")[:frames], CARRIER, shift=shift)
    np.testing.assert_allclose(found.values, total, atol=1e-8)
    assert found.weight == pytest.approx(weight)


def flipping(frames, amplitude=4.0):
    """A grey plane with a known pattern that flips, and its coefficients [shape=(blocks, n)]."""
    band = carrier_band(CARRIER)
    wanted = amplitude * np.ones((12, len(band.rows)))
    picture = to_pixels(wanted, CARRIER.block, band, (120, 160))
    signs = modulation(CARRIER.half_period, frames)
    return 128 + signs[:, None, None] * picture, coefficients(picture)


@pytest.mark.parametrize("frames", [24, 60, 61, 200])
def test_what_flips_comes_back_as_it_was_put_in(frames):
    plane, wanted = flipping(frames, amplitude=40)
    first, *others = (
        gathered(np.round(plane[start:end]).astype(np.uint8), CARRIER, first=start)
        for start, end in windows(frames)
    )
    found = sum(others, first).coefficients
    assert np.median(found / wanted) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("drift", [0.0, 0.5, 1.0])
def test_a_loud_span_counts_less(drift):
    """A flash in one half_period of one block leaves what the block says nearly as it was."""
    carrier = replace(CARRIER, drift=drift)
    plane, wanted = flipping(60)
    noise = np.random.default_rng(1).normal(0, 60, (40, 40))
    plane[20:24, :40, :40] += noise
    loud = np.clip(np.round(plane), 0, 255).astype(np.uint8)
    robust, naive = (
        gathered(loud, replace(carrier, noise=level)).coefficients[0] - wanted[0]
        for level in (15.0, 1e9)
    )
    assert np.sum(robust**2) < np.sum(naive**2) / 5


def test_a_span_as_loud_as_the_noise_counts_half():
    steps = np.zeros((3, 1, len(carrier_band(CARRIER).rows)))
    steps[1] = 2 * CARRIER.noise
    np.testing.assert_allclose(temporal_variance(steps, CARRIER)[:, 0], CARRIER.noise**2)
    np.testing.assert_allclose(reliability(temporal_variance(steps, CARRIER), CARRIER), 0.5)


def test_a_zoom_is_undone(natural):
    plain = features(natural, Signature((CARRIER,)))[CARRIER]
    zoomed = features(natural, Signature((CARRIER,)), zoom=1.05)[CARRIER]
    assert plain.shape == zoomed.shape
    assert not np.allclose(plain, zoomed)


def test_the_detector_is_more_sensitive_where_it_is_quiet():
    rng = np.random.default_rng(2)
    i420 = np.full((40, 360, 320), 128, np.uint8)
    frames = Frames(i420, FPS)
    frames.plane("V")[:] = rng.integers(126, 131, (40, 120, 160))
    frames.plane("V")[:, :, 80:] = rng.integers(0, 256, (40, 120, 80))
    frames.plane("V")[:20, :40, :40] = rng.integers(0, 256, (20, 40, 40))
    found = sensitivity(frames, SIGNATURE.within("V"))["V"]
    assert found.shape == (40, 15, 20)
    assert found.mean() == pytest.approx(1)
    assert found[:, :, :10].mean() > 2 * found[:, :, 10:].mean()
    assert found[25:, :5, :5].mean() > 2 * found[:15, :5, :5].mean()
