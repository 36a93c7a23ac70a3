"""Half-periods and windows: they cut a video where its carriers and its memory say."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stages.signature.model.carriers import modulation
from stages.signature.model.half_periods import (
    WINDOW,
    HalfPeriod,
    half_periods,
    mean_picture,
    windows,
)


@given(st.integers(0, 100), st.integers(1, 150), st.integers(1, 30), st.integers(-60, 60))
def test_half_periods_cut_the_modulation_where_it_changes(first, frames, half_period, shift):
    parts = half_periods(first, first + frames, half_period, shift)
    signs = np.repeat([part.sign for part in parts], [part.frames for part in parts])
    np.testing.assert_array_equal(signs, modulation(half_period, frames, first + shift))
    assert all(part.end == after.first for part, after in pairwise(parts))
    assert all(part.sign != after.sign for part, after in pairwise(parts))


@given(st.integers(1, 1000))
def test_windows_cover_a_video_and_none_is_short(frames):
    cuts = windows(frames)
    assert [time for first, end in cuts for time in range(first, end)] == list(range(frames))
    assert all(end - first < 2 * WINDOW for first, end in cuts)
    assert len(cuts) == 1 or all(end - first >= WINDOW for first, end in cuts)


def test_the_mean_picture_is_that_of_the_frames_between(natural):
    part = HalfPeriod(first=107, end=112, sign=1)
    np.testing.assert_allclose(
        mean_picture(natural.plane("V"), part, origin=100), natural.plane("V")[7:12].mean(axis=0)
    )
