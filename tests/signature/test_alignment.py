"""The bounded search: what it finds, and what its attempts cost."""

import math
from fractions import Fraction

import cv2
import numpy as np
import pytest

from stages.signature.detect.alignment import undone
from stages.signature.detect.bound import threshold
from stages.signature.detect.detect import searched, statistic
from stages.signature.embed.embed import embed
from stages.signature.search.space import hand_set_vector, to_signature
from stages.video.codec import Codec
from stages.video.frames import Frames
from stages.video.search_range import SearchRange

KEY = b"the right key, 16 bytes or more"
SIGNATURE = to_signature(hand_set_vector(), "balanced")


def test_attempts_are_counted():
    assert SearchRange().attempts == 1
    assert SearchRange(frames=3, zoom_percent=2).attempts == 7 * 3
    assert list(SearchRange(frames=1).shifts) == [-1, 0, 1]
    assert SearchRange(zoom_percent=2).zooms == (1.0, 1.01, 1.02)


def test_the_union_bound_by_hand():
    assert threshold(1e-6, SearchRange(frames=3, zoom_percent=2).attempts) == pytest.approx(
        math.sqrt(2 * math.log(21e6))
    )


def test_an_enlargement_is_undone():
    height, width = 120, 160
    rows, columns = np.mgrid[:height, :width]
    smooth = np.sin(rows / 9) * np.cos(columns / 11)
    zoom = 1.05
    centre = np.array([width - 1, height - 1]) / 2
    matrix = np.column_stack([zoom * np.eye(2), (1 - zoom) * centre])
    enlarged = np.asarray(
        cv2.warpAffine(smooth, matrix, (width, height), flags=cv2.INTER_CUBIC), float
    )
    inside = (slice(10, -10), slice(10, -10))
    np.testing.assert_allclose(undone(enlarged, zoom)[inside], smooth[inside], atol=0.01)
    assert undone(smooth, 1) is smooth


@pytest.mark.parametrize("lost", [3, -2])
def test_a_shifted_mark_is_found_again(natural, lost):
    marked = embed(natural, SIGNATURE, KEY, psnr_db=45)
    if lost > 0:
        i420 = marked.i420[lost:]
    else:
        i420 = np.concatenate([marked.i420[:1]] * -lost + [marked.i420])
    received = Codec().round_trip(Frames(np.ascontiguousarray(i420), Fraction(25)))
    found = searched(received, SIGNATURE, KEY, SearchRange(frames=4))
    assert found > threshold(1e-6, SearchRange(frames=4).attempts)
    assert found > statistic(received, SIGNATURE, KEY) + 3


def test_without_reach_it_is_the_statistic(natural):
    assert searched(natural, SIGNATURE, KEY, SearchRange()) == statistic(natural, SIGNATURE, KEY)
