"""Decoded clips are kept, but never more than fit."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest

from stages.video.decoded import MOST_BYTES, decoded
from stages.video.frames import Frames


@dataclass(frozen=True)
class Blank:
    """A clip of so many bytes, of which none is touched, and so none takes memory."""

    name: str
    size: int

    def read(self):
        return Frames(np.zeros((1, 3, self.size // 3), np.uint8), Fraction(25))


@pytest.fixture(autouse=True)
def empty():
    assert decoded.cache is not None
    decoded.cache.clear()
    yield
    decoded.cache.clear()


def test_a_clip_is_decoded_once(small_clips):
    first = decoded(small_clips[0])
    assert decoded(small_clips[0]) is first
    assert (first.i420 == small_clips[0].read().i420).all()


def test_the_least_recently_used_goes_first_when_the_next_does_not_fit():
    first, second, third = (Blank(name, MOST_BYTES * 2 // 5 // 6 * 6) for name in "abc")
    kept, lost = decoded(first), decoded(second)
    assert decoded(first) is kept
    decoded(third)
    assert decoded(first) is kept
    assert decoded(second) is not lost


def test_a_clip_that_is_too_large_is_not_kept():
    large = Blank("large", MOST_BYTES // 6 * 6 + 6)
    assert decoded(large) is not decoded(large)
