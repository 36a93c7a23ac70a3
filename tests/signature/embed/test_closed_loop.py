"""The closed loop, on codecs that are simple enough to know the answer, and on a real one."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.signature.detect.detect import statistic
from stages.signature.embed.blocks import Headroom, block_sums
from stages.signature.embed.closed_loop import (
    ClosedLoop,
    ProbeResponse,
    embed_adapted,
    probe,
    tilted,
)
from stages.signature.embed.conditions import Conditions
from stages.signature.embed.distortion import Distortion
from stages.signature.embed.embed import embed
from stages.signature.embed.pattern import pattern
from stages.signature.embed.residuals import Residual
from stages.signature.embed.sensitivity import sensitivity
from stages.signature.search.space import hand_set_vector, to_signature
from stages.sources.synthetic.drawing import draw
from stages.video.codec import Codec
from stages.video.filters import normalised
from stages.video.frames import Frames, Geometry
from stages.video.planes import PLANES, PlaneName
from stages.video.quality import psnr_rgb
from tests.conftest import constant

KEY = b"the right key, 16 bytes or more"
COLOUR = to_signature(hand_set_vector(), "colour")
CHROMA: tuple[PlaneName, ...] = ("U", "V")


@dataclass(frozen=True)
class LeftHalf(Codec):
    """A codec that keeps chroma in the left half, with noise, and greys the right."""

    noise: float = 0.0

    def round_trip(self, frames, *, subject="clip"):
        received = Frames(frames.i420.copy(), frames.fps)
        for index, name in enumerate(CHROMA):
            plane = received.plane(name)
            added = np.random.default_rng(index).normal(0, self.noise, plane.shape)
            plane[:] = np.clip(np.round(plane + added), 0, 255)
            plane[:, :, frames.width // 4 :] = 128
        return received


class Nothing(Codec):
    """A codec that changes nothing."""

    def round_trip(self, frames, *, subject="clip"):
        return frames


def loop(*codecs, rounds=1):
    return ClosedLoop(Conditions(codecs, threshold=5.257), rounds)


def energy(before, after, part):
    change = after.plane("V").astype(float) - before.plane("V")
    return np.sum(change[:, :, part] ** 2)


def test_a_perfect_channel_answers_with_what_was_sent():
    grey = constant(128, frames=24, width=160, height=160)
    residuals = pattern(grey, COLOUR, KEY)
    response, _ = probe(grey, residuals, LeftHalf(), psnr_db=36)
    left = response.received["V"][:, :, :5] / response.sent["V"][:, :, :5]
    assert np.median(left) == pytest.approx(1, abs=0.1)
    assert not response.received["V"][:, :, 5:].any()


def test_energy_moves_to_where_the_codec_lets_it_through():
    grey = constant(128, frames=24, width=160, height=160)
    plain = embed(grey, COLOUR, KEY, Distortion(45))
    adapted = embed_adapted(grey, COLOUR, KEY, Distortion(45), loop=loop(LeftHalf(noise=40)))
    left, right = slice(0, 40), slice(40, 80)
    assert energy(grey, adapted, left) > 1.5 * energy(grey, plain, left)
    assert energy(grey, adapted, right) < 0.7 * energy(grey, plain, right)


def test_no_response_at_all_leaves_the_mark_even():
    gains = ProbeResponse({"V": np.zeros((5, 3, 4))}, {"V": np.ones((5, 3, 4))}).gains()["V"]
    np.testing.assert_array_equal(gains, gains[0, 0, 0])


def test_two_responses_add_up():
    ones, twos = (np.full((2, 2, 2), value) for value in (1.0, 2.0))
    first, second = ProbeResponse({"V": ones}, {"V": twos}), ProbeResponse({"V": twos}, {"V": twos})
    both = ProbeResponse({}, {}).plus(first).plus(second)
    np.testing.assert_array_equal(both.received["V"], 3)
    np.testing.assert_array_equal(both.sent["V"], 4)


def test_energy_moves_to_where_the_detector_looks():
    """The codec changes nothing, but the right half flickers."""
    flickering = constant(128, frames=24, width=320, height=240)
    noise = np.random.default_rng(1).integers(0, 256, (24, 120, 80))
    flickering.plane("V")[:, :, 80:] = noise
    residuals = pattern(flickering, COLOUR, KEY)
    answer, received = probe(flickering, residuals, Nothing(), psnr_db=42)
    gains = answer.weighted(sensitivity(received, COLOUR)).gains()["V"]
    assert gains[:, :, :10].mean() > 1.2 * gains[:, :, 10:].mean()


@pytest.fixture(scope="module")
def adapted(natural):
    return embed_adapted(
        natural, COLOUR, KEY, Distortion(45), loop=loop(Codec("libx264", 48), rounds=2)
    )


def test_it_scores_more_on_the_codec_that_it_was_made_for(natural, adapted):
    codec = Codec("libx264", 48)
    plain = embed(natural, COLOUR, KEY, Distortion(45))
    before, after = (
        statistic(codec.round_trip(marked), COLOUR, KEY) for marked in (plain, adapted)
    )
    assert after > before + 0.1


def test_the_clip_every_frame_and_every_block_keep_their_psnr(natural, adapted):
    assert 45 <= psnr_rgb(natural, adapted) < 45.02
    frames = [
        psnr_rgb(Frames(before[None], natural.fps), Frames(after[None], natural.fps))
        for before, after in zip(natural.i420, adapted.i420, strict=True)
    ]
    assert min(frames) >= 45 - Headroom().frame_db
    error = sum(
        PLANES[name].rgb_error
        * block_sums(
            (adapted.plane(name).astype(np.float32) - natural.plane(name)) ** 2,
            PLANES[name].block_side,
        )
        / PLANES[name].block_side ** 2
        for name in PLANES
    )
    assert 10 * np.log10(255**2 / np.max(error)) >= 45 - Headroom().block_db


def test_it_is_the_same_every_time(natural, adapted):
    again = embed_adapted(
        natural, COLOUR, KEY, Distortion(45), loop=loop(Codec("libx264", 48), rounds=2)
    )
    np.testing.assert_array_equal(again.i420, adapted.i420)


@given(st.floats(-3, 3))
def test_a_tilt_changes_the_odds_of_luma_and_keeps_the_energy(log_odds):
    planes: tuple[PlaneName, ...] = ("Y", "V")
    residuals = {
        name: Residual.of(np.random.default_rng(index).normal(size=(2, 6, 6)).astype(np.float32))
        for index, name in enumerate(planes)
    }
    energies = [
        {name: PLANES[name].rgb_error * float(np.mean(v.frames() ** 2)) for name, v in some.items()}
        for some in (residuals, tilted(residuals, log_odds))
    ]
    before, after = energies
    assert sum(after.values()) == pytest.approx(sum(before.values()), rel=1e-4)
    change = np.log(after["Y"] / after["V"]) - np.log(before["Y"] / before["V"])
    assert change == pytest.approx(log_odds, abs=1e-3)


def test_a_picture_too_small_for_chroma_is_marked_in_luma_alone(natural):
    small = normalised(natural, Geometry(64, 64))
    balanced = to_signature(hand_set_vector(), "balanced")
    marked = embed_adapted(small, balanced, KEY, Distortion(45), loop=loop(Codec(), Codec(crf=40)))
    np.testing.assert_array_equal(marked.plane("V"), small.plane("V"))
    assert (marked.plane("Y") != small.plane("Y")).any()


def test_luma_that_is_not_needed_goes_to_chroma():
    """The codec lets all of luma through and little of chroma: the hard condition wants more."""
    clip = draw("natural", 4, 24, seed=3)
    balanced = to_signature(hand_set_vector(), "balanced")
    hard = loop(Codec("libx264", 23), Codec("libx264", 48), rounds=2)
    plain = embed(clip, balanced, KEY, Distortion(45))
    adapted = embed_adapted(clip, balanced, KEY, Distortion(45), loop=hard)
    before, after = (
        hard.conditions.soft_detection_rate(hard.conditions.scores(marked, balanced, KEY).values)
        for marked in (plain, adapted)
    )
    assert after > before
