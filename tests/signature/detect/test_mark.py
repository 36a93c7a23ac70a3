"""Embedding and detection together: on the frames, and through the real codec."""

import dataclasses
import inspect

import numpy as np
import pytest

from stages.signature.detect.bound import false_positive_bound, threshold
from stages.signature.detect.detect import (
    aligned_features,
    correlate,
    correlate_many,
    features,
    statistic,
    to_features,
)
from stages.signature.detect.evidence import gather, weigh
from stages.signature.embed.distortion import Distortion
from stages.signature.embed.embed import embed
from stages.signature.model.carriers import carrier_band, modulation, to_coefficients
from stages.signature.model.chips import derived_key, signs
from stages.signature.model.spectrum import Signature
from stages.signature.search.space import hand_set_vector, to_signature
from stages.sources.synthetic.drawing import draw
from stages.video.codec import Codec
from stages.video.frames import Frames
from stages.video.quality import psnr_rgb
from tests.conftest import constant

KEY = b"the right key, 16 bytes or more"
SIGNATURE = to_signature(hand_set_vector(), "balanced")


@pytest.fixture(scope="module")
def marked(natural):
    return embed(natural, SIGNATURE, KEY, Distortion(45))


@pytest.mark.parametrize("psnr_db", [38.0, 42.0, 45.0, 50.0])
def test_the_distortion_is_what_was_asked_for_and_never_more(natural, psnr_db):
    measured = psnr_rgb(natural, embed(natural, SIGNATURE, KEY, Distortion(psnr_db)))
    assert psnr_db <= measured < psnr_db + 0.02


@pytest.mark.parametrize("luma", [16, 128, 235])
def test_a_flat_or_saturated_clip_is_never_distorted_more(luma):
    flat = constant(luma, frames=40, width=320, height=240)
    assert psnr_rgb(flat, embed(flat, SIGNATURE, KEY, Distortion(45))) >= 45


def test_the_right_key_finds_the_mark_after_h264_and_a_wrong_one_does_not(natural, marked):
    received = Codec("libx264", 28).round_trip(marked)
    limit = threshold(1e-6)
    assert statistic(received, SIGNATURE, KEY) > limit
    assert statistic(received, SIGNATURE, KEY + b"!") < limit
    assert statistic(Codec("libx264", 28).round_trip(natural), SIGNATURE, KEY) < limit


def test_a_stronger_mark_scores_higher(natural):
    scores = [
        statistic(
            Codec("libx264", 35).round_trip(embed(natural, SIGNATURE, KEY, Distortion(db))),
            SIGNATURE, KEY,
        )
        for db in (50, 45, 40)
    ]  # fmt: skip
    assert scores == sorted(scores)


def test_wrong_keys_score_as_the_proof_says(natural, marked):
    """z of wrong keys on real codec output: mean 0, variance 1, tail under the bound.

    The fourth moment of a weighted sum of fair signs is at most 3 (Khintchine), so the variance of
    ``z^2`` is at most 2: the limits below are five standard deviations.
    """
    q = features(Codec("libx264", 28).round_trip(marked), SIGNATURE)
    z = correlate_many(q, (derived_key(KEY, f"wrong {index}") for index in range(2000)))
    assert abs(z.mean()) < 5 / np.sqrt(len(z))
    assert z.var() == pytest.approx(1, abs=5 * np.sqrt(2 / len(z)))
    for t in (1.0, 1.5, 2.0, 2.5, 3.0):
        bound = false_positive_bound(t)
        assert np.mean(z >= t) <= bound + 4 * np.sqrt(bound / len(z))


@pytest.mark.parametrize("function", [features, aligned_features, to_features, gather, weigh])
def test_no_step_before_the_last_takes_a_key(function):
    """The proof needs features that do not depend on the chips."""
    assert "key" not in inspect.signature(function).parameters


def test_a_key_enters_the_statistic_through_its_chips_alone(marked):
    """One vector of features explains ``z`` under every key, the right one among them."""
    shared = features(marked, SIGNATURE)
    q = np.concatenate([part.ravel() for part in shared.values()])
    for key in (KEY, *(derived_key(KEY, f"wrong {index}") for index in range(5))):
        chips = np.concatenate([signs(key, carrier, len(shared[carrier])).ravel()
                                for carrier in shared])  # fmt: skip
        expected = chips @ q / np.linalg.norm(q)
        assert statistic(marked, SIGNATURE, key) == pytest.approx(expected)


def test_z_by_hand():
    luma, *_, chroma = SIGNATURE.carriers
    q = {carrier: np.zeros((1, carrier_band(carrier).ranks.size)) for carrier in (luma, chroma)}
    q[luma][0, :3], q[chroma][0, -1] = (3, -4, 0), 12
    chosen = [*signs(KEY, luma, 1)[0, :3], signs(KEY, chroma, 1)[0, -1]]
    assert correlate(q, KEY) == pytest.approx(np.dot(chosen, [3, -4, 0, 12]) / 13)


def test_z_is_greatest_if_every_chip_agrees(natural):
    """It is then ``sum |q| / ||q||``: the root of their number for features of the same size."""
    video = features(natural, SIGNATURE)
    chips = {carrier: signs(KEY, carrier, len(q)).astype(float) for carrier, q in video.items()}
    agreeing = {carrier: chips[carrier] * np.abs(q) for carrier, q in video.items()}
    every = np.concatenate([q.ravel() for q in video.values()])
    greatest = np.abs(every).sum() / np.linalg.norm(every)
    assert correlate(agreeing, KEY) == pytest.approx(greatest)
    assert correlate(video, KEY) < greatest
    assert correlate(chips, KEY) == pytest.approx(np.sqrt(every.size))


def test_features_of_zero_give_0():
    nothing = {carrier: np.zeros((4, 9)) for carrier in SIGNATURE.carriers}
    assert correlate(nothing, KEY) == 0


def test_features_are_the_definition_block_by_block(natural):
    """Softly limited, whitened evidence, by plain loops."""
    carrier = next(carrier for carrier in SIGNATURE.carriers if carrier.plane == "V")
    values = gather(natural.plane("V"), carrier).coefficients
    values = values / np.hypot(np.sqrt(np.mean(values**2)), 0.02)
    by_frequency = np.mean(values**2, axis=0) + 0.01
    by_block = np.mean(values**2 / by_frequency, axis=1) + 0.05
    x = values / np.sqrt(np.outer(by_block, by_frequency))
    expected = (
        carrier.weight * carrier_band(carrier).amplitudes * x / (carrier.softness + np.abs(x))
    )
    np.testing.assert_allclose(
        features(natural, Signature((carrier,)))[carrier],
        expected / np.sqrt(x.size),
        rtol=1e-6,
    )


def test_when_the_colour_is_gone_luma_counts_alone(natural, marked):
    grey = Frames(marked.i420.copy(), marked.fps)
    grey.i420[:, grey.height :] = 128
    luma = SIGNATURE.within(["Y"])
    z = statistic(grey, SIGNATURE, KEY)
    assert z > threshold(1e-6)
    assert z == pytest.approx(statistic(grey, luma, KEY), rel=1e-6)


@pytest.mark.parametrize("frames", [9, 10, 40, 61, 149])
def test_what_stands_still_leaves_exactly_nothing(natural, frames):
    """Not a rounding error, of which ``z`` would be made otherwise: another on every processor."""
    still = Frames(np.repeat(natural.i420[:1], frames, axis=0), natural.fps)
    for shift in range(-4, 5):
        assert not any(q.any() for q in features(still, SIGNATURE, shift=shift).values())
    assert statistic(still, SIGNATURE, KEY) == 0


def test_the_embedded_coefficients_are_the_chips(natural):
    """The difference of marked and original, read back with plain arrays."""
    carrier = dataclasses.replace(SIGNATURE.carriers[0], share=1.0)
    alone = Signature((carrier,))
    difference = embed(natural, alone, KEY, Distortion(40)).plane("Y").astype(
        float
    ) - natural.plane("Y")
    chosen = carrier_band(carrier)
    mean = np.tensordot(modulation(carrier.half_period, len(natural)), difference, axes=1)
    values = to_coefficients(mean, carrier.block, chosen)
    strong = chosen.amplitudes > 0.5
    chosen_signs = signs(KEY, carrier, len(values))
    assert np.mean(np.sign(values[:, strong]) == chosen_signs[:, strong]) > 0.99


def test_more_frames_are_more_evidence():
    clip = draw("natural", 4, 96, seed=3)
    codec = Codec("libx264", 32)
    scores = []
    for count in (24, 96):
        part = Frames(clip.i420[:count], clip.fps)
        received = codec.round_trip(embed(part, SIGNATURE, KEY, Distortion(45)))
        scores.append(statistic(received, SIGNATURE, KEY))
    assert scores[1] > scores[0]


@pytest.mark.parametrize("frames", [1, 2])
def test_a_clip_too_short_for_every_carrier_stays_as_it_is(natural, frames):
    short = Frames(natural.i420[:frames], natural.fps)
    assert embed(short, SIGNATURE, KEY, Distortion(45)) is short
    assert statistic(short, SIGNATURE, KEY) == 0


def test_real_clips_at_crf_28(real_clips):
    from stages.video.frames import Geometry, read
    from stages.video.probe import probe

    geometry = Geometry(320, 240)
    chosen = [path for path in real_clips if path.name.startswith(("v_Archery", "v_Punch"))]
    for path in chosen:
        stream = probe(path, geometry, max_frames=60)
        frames = read(path, geometry, max_frames=60, fps=stream.fps)
        marked = embed(frames, SIGNATURE, KEY, Distortion(45))
        assert psnr_rgb(frames, marked) >= 45
        assert statistic(Codec().round_trip(marked), SIGNATURE, KEY) > threshold(1e-6)
