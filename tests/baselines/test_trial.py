"""Gradient ascent follows the same numbers as the main line, and slopes that are true."""

from dataclasses import replace

import numpy as np
import pytest

from stages.baselines.channel import ProxyChannel, StraightThroughCodec, training_key
from stages.baselines.proxy import Proxy
from stages.baselines.traced import mark_pictures, trace
from stages.baselines.trial import TracedTrial, run_traced_trial, scores_near
from stages.signature.detect.detect import statistic
from stages.signature.embed.conditions import Conditions
from stages.signature.embed.distortion import Distortion
from stages.signature.embed.embed import embed
from stages.signature.embed.pattern import pattern
from stages.signature.model.carriers import modulation
from stages.signature.search.space import COORDINATES, hand_set_vector, to_signature
from stages.video.codec import Codec
from stages.video.frames import Frames

DISTORTION = Distortion(45.0)
# Off x0, so that every half-period, both planes of chroma and activity have a part.
ELSEWHERE = hand_set_vector() + np.array([
    -5.0, 0.1, 0.2, 0.3, 0.2, -2.5, 3.2, 2.9, -0.5, 0.1, 2.0, 0.3, -0.2, 0.3, -0.4, -0.2,
    -0.4, 0.3, 0.5, 0.4,
])  # fmt: skip
VECTOR = tuple(np.round(ELSEWHERE, 6).tolist())


class IdentityCodec(Codec):
    """A codec that changes nothing."""

    def round_trip(self, frames, *, subject="clip"):
        return frames


def trial(clip, *channels, vector=VECTOR, **changes):
    return TracedTrial(vector, "balanced", clip, channels, DISTORTION, seed=1, **changes)


def test_the_traced_mark_is_the_main_lines(small_clips):
    frames, key = small_clips[0].read(), training_key(1, "clip")
    signature = to_signature(np.array(VECTOR), "balanced")
    usable = signature.usable(len(frames))
    carriers = [
        traced
        for traced in trace(np.array(VECTOR), signature, "balanced")
        if traced.carrier in usable
    ]
    whole = pattern(frames, signature, key)
    parts = mark_pictures(carriers, frames, key)
    for plane, residual in whole.items():
        signs = [modulation(carrier.half_period, len(frames)) for carrier in usable]
        again = sum(
            np.multiply.outer(sign, part)
            for carrier, sign, part in zip(usable, signs, parts, strict=True)
            if carrier.plane == plane
        )
        assert again == pytest.approx(residual.frames(), abs=1e-4)


def test_scores_through_the_codec_are_the_main_lines(small_clips):
    clip, codecs = small_clips[0], (Codec(crf=28), Codec(crf=36))
    frames, key = clip.read(), training_key(1, clip.id)
    signature = to_signature(np.array(VECTOR), "balanced")
    marked = embed(frames, signature, key, DISTORTION)
    expected = Conditions(codecs, threshold=5.0).scores(marked, signature, key).values
    scores = run_traced_trial(trial(clip, *map(StraightThroughCodec, codecs)))
    assert scores.z == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("rounding", ["soft", "hard"])
def test_scores_through_the_proxy_are_the_main_lines_but_for_rounding(small_clips, rounding):
    clip, proxy = small_clips[1], Proxy(28, rounding)
    key, signature = training_key(1, clip.id), to_signature(np.array(VECTOR), "balanced")
    marked = embed(clip.read(), signature, key, DISTORTION)
    scores = run_traced_trial(trial(clip, ProxyChannel(proxy))).z[0]
    assert scores == pytest.approx(statistic(proxy.round_trip(marked), signature, key), rel=0.1)


def test_without_a_mark_the_score_is_the_clips_own(small_clips):
    clip, proxy = small_clips[1], Proxy(28)
    key, signature = training_key(1, clip.id), to_signature(np.array(VECTOR), "balanced")
    scores = run_traced_trial(trial(clip, ProxyChannel(proxy), marked=False)).z[0]
    alone = statistic(proxy.round_trip(clip.read()), signature, key)
    assert scores == pytest.approx(alone, abs=0.2)
    assert abs(scores) < 4


def differences(scores, vector, step=1e-5):
    """Slopes by central finite differences [shape=(n, vector)]."""
    sides = [
        [scores(np.array(vector) + sign * step * unit) for sign in (1, -1)]
        for unit in np.eye(len(vector))
    ]
    return np.array([(above - below) / (2 * step) for above, below in sides]).T


def test_slopes_through_the_soft_proxy_are_finite_differences(small_clips):
    """Through mark, staircase, whitening and statistic, for every coordinate of the vector."""
    traced_trial = trial(small_clips[0], ProxyChannel(Proxy(28)))
    scores = run_traced_trial(traced_trial)
    expected = differences(scores_near(traced_trial), VECTOR)
    assert scores.slopes.shape == (2, len(COORDINATES))
    assert scores.slopes == pytest.approx(expected, rel=1e-3, abs=1e-3)
    # Nothing is right for being zero.
    assert (np.abs(expected).max(axis=0) > 1e-3).all()


def test_straight_through_is_right_where_the_codec_changes_nothing(small_clips):
    """The identity backward is the true slope of the identity, as the finest proxy has it."""
    clip = small_clips[0]
    straight = run_traced_trial(trial(clip, StraightThroughCodec(IdentityCodec())))
    fine = run_traced_trial(trial(clip, ProxyChannel(Proxy(0, sharpness=1e-3))))
    assert straight.z == pytest.approx(fine.z, rel=0.1)
    assert np.corrcoef(straight.slopes.ravel(), fine.slopes.ravel())[0, 1] > 0.98


def test_a_clip_that_is_too_short_has_no_slope(small_clips):
    short = replace(small_clips[0], frames=2)
    scores = run_traced_trial(trial(short, ProxyChannel(Proxy(28))))
    assert scores.z.tolist() == [0.0]
    assert not scores.slopes.any()


@pytest.mark.parametrize(
    "channel", [ProxyChannel(Proxy(45, "hard", 4.0)), StraightThroughCodec(Codec(crf=45))]
)
def test_a_clip_in_which_nothing_moves_scores_nothing_and_has_no_slope(
    small_clips, monkeypatch, channel
):
    """Where there is nothing to divide by, the main line's detector says 0 too."""
    moving = small_clips[0].read()
    flat = Frames(np.full_like(moving.i420, 128), moving.fps)
    monkeypatch.setattr("stages.baselines.trial.decoded", lambda _: flat)
    outcome = run_traced_trial(trial(small_clips[0], channel, marked=False))
    assert not outcome.z.any()
    assert not outcome.slopes.any()
