"""Evidence gathered frame by frame equals that of a clip in memory."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.own.streamed import StreamedEvidence, period
from stages.signature.detect.detect import features
from stages.signature.embed.pattern import pattern
from stages.signature.search.space import hand_set_vector, to_signature
from stages.video.frames import Frames

KEY = b"the right key, 16 bytes or more"
SIGNATURE = to_signature(hand_set_vector(), "balanced")
_FPS = Fraction(25)


def _noise():
    return np.random.default_rng(3).integers(16, 236, (1, 360, 320), np.uint8)


@settings(max_examples=30, deadline=None)
@given(frames=st.integers(1, 32), shift=st.integers(-50, 50))
def test_streamed_features_are_those_of_the_clip_to_the_last_bit(natural, frames, shift):
    assert_streamed_alike(Frames(natural.i420[:frames], natural.fps), shift)


@pytest.mark.parametrize("frames", [60, 119, 120, 121, 185])
@pytest.mark.parametrize("shift", [0, 7])
def test_so_are_those_of_a_video_of_several_windows(frames, shift):
    moving = np.random.default_rng(5).integers(16, 236, (frames, 180, 160), np.uint8)
    assert_streamed_alike(Frames(moving, _FPS), shift)


def assert_streamed_alike(frames, shift):
    evidence = StreamedEvidence(SIGNATURE, all_shifts=shift != 0)
    for frame in frames.i420:
        evidence.add(frame)
    expected = features(frames, SIGNATURE, shift=shift)
    streamed = evidence.features(shift)
    assert streamed.keys() == expected.keys()
    for carrier, values in expected.items():
        np.testing.assert_array_equal(streamed[carrier], values)


@pytest.mark.parametrize("cuts", [(0, 32), (0, 11, 32), (0, 16, 32)])
def test_the_patterns_of_windows_go_on_in_step(cuts):
    """In a video that stands still every window has the same pattern, but for its place in time."""
    still = Frames(np.repeat(_noise(), 32, axis=0), _FPS)
    whole = pattern(still, SIGNATURE, KEY)
    windows = [
        pattern(Frames(still.i420[first:last], _FPS), SIGNATURE, KEY, first)
        for first, last in pairwise(cuts)
    ]
    for plane, residual in whole.items():
        joined = np.concatenate([window[plane].frames() for window in windows])
        np.testing.assert_allclose(joined, residual.frames(), rtol=1e-5, atol=1e-5)


def test_a_period_is_when_all_usable_carriers_start_anew():
    everything = period(SIGNATURE, 1000)
    assert all(everything % (2 * carrier.half_period) == 0 for carrier in SIGNATURE.carriers)
    assert period(SIGNATURE, 1) == 1
