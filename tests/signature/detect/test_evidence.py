"""The detector's evidence: against plain loops, and on videos whose answer is known."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from scipy.fft import dctn

from stages.signature.detect.evidence import gather, reliability, temporal_variance
from stages.signature.model.carriers import carrier_band, modulation, to_pixels
from stages.signature.model.half_periods import windows
from stages.signature.search.space import hand_set_vector, to_signature

SIGNATURE = to_signature(hand_set_vector(), "balanced")
CARRIER = next(each for each in SIGNATURE.carriers if (each.plane, each.half_period) == ("V", 4))


def coefficients(picture):
    """Transform every block by SciPy's DCT [shape=(blocks, n)]."""
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
def test_evidence_is_the_definition_half_period_by_half_period(natural, frames, shift):
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
    evidence = gather(natural.plane("V")[:frames], CARRIER, shift=shift)
    np.testing.assert_allclose(evidence.values, total, atol=1e-8)
    assert evidence.weight == pytest.approx(weight)


def alternating(frames, amplitude=4.0):
    """Draw a known pattern of alternating sign on grey; return its coefficients too."""
    band = carrier_band(CARRIER)
    values = amplitude * np.ones((12, len(band.rows)))
    picture = to_pixels(values, CARRIER.block, band, (120, 160))
    signs = modulation(CARRIER.half_period, frames)
    return 128 + signs[:, None, None] * picture, coefficients(picture)


@pytest.mark.parametrize("frames", [24, 60, 61, 200])
def test_an_alternating_pattern_comes_back_as_it_was_put_in(frames):
    plane, expected = alternating(frames, amplitude=40)
    first, *later = (
        gather(np.round(plane[start:end]).astype(np.uint8), CARRIER, first=start)
        for start, end in windows(frames)
    )
    estimate = sum(later, first).coefficients
    assert np.median(estimate / expected) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("drift", [0.0, 0.5, 1.0])
def test_a_half_period_of_great_variance_counts_less(drift):
    """A flash in one half-period of one block leaves what the block says nearly as it was."""
    carrier = replace(CARRIER, drift=drift)
    plane, expected = alternating(60)
    noise = np.random.default_rng(1).normal(0, 60, (40, 40))
    plane[20:24, :40, :40] += noise
    flashing = np.clip(np.round(plane), 0, 255).astype(np.uint8)
    robust, naive = (
        gather(flashing, replace(carrier, noise=level)).coefficients[0] - expected[0]
        for level in (15.0, 1e9)
    )
    assert np.sum(robust**2) < np.sum(naive**2) / 5


def test_a_half_period_that_varies_as_much_as_the_noise_counts_half():
    steps = np.zeros((3, 1, len(carrier_band(CARRIER).rows)))
    steps[1] = 2 * CARRIER.noise
    np.testing.assert_allclose(temporal_variance(steps, CARRIER)[:, 0], CARRIER.noise**2)
    np.testing.assert_allclose(reliability(temporal_variance(steps, CARRIER), CARRIER), 0.5)
