"""The search over alignments: shifts and enlargements are found, and each attempt is counted."""

import math
from fractions import Fraction

import cv2
import numpy as np
import pytest

from stages.signature.detect.alignment import undo_zoom
from stages.signature.detect.bound import threshold
from stages.signature.detect.detect import correlate, features, statistic
from stages.signature.embed.distortion import Distortion
from stages.signature.embed.embed import embed
from stages.signature.scheme import SpreadSpectrum
from stages.signature.search.space import hand_set_vector, to_signature
from stages.video.codec import Codec
from stages.video.frames import Frames
from stages.video.planes import PLANES
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


def enlarge(picture, zoom):
    """Enlarge a picture about its centre, at the same size."""
    height, width = picture.shape
    centre = np.array([width - 1, height - 1]) / 2
    matrix = np.column_stack([zoom * np.eye(2), (1 - zoom) * centre])
    return cv2.warpAffine(picture, matrix, (width, height), flags=cv2.INTER_CUBIC)


def enlarge_video(frames, zoom):
    """Enlarge every plane of every frame."""
    enlarged = Frames(frames.i420.copy(), frames.fps)
    for name in PLANES:
        plane = enlarged.plane(name)
        plane[:] = [enlarge(picture, zoom) for picture in plane]
    return enlarged


def likeness(first, second):
    """Correlate two feature vectors, of the same carriers."""
    p, q = (np.concatenate([part.ravel() for part in each.values()]) for each in (first, second))
    return p @ q / np.sqrt((p @ p) * (q @ q))


def test_an_enlargement_is_undone():
    height, width = 120, 160
    rows, columns = np.mgrid[:height, :width]
    smooth = np.sin(rows / 9) * np.cos(columns / 11)
    zoom = 1.05
    enlarged = enlarge(smooth, zoom)
    inside = (slice(10, -10), slice(10, -10))
    np.testing.assert_allclose(undo_zoom(enlarged, zoom)[inside], smooth[inside], atol=0.01)
    assert undo_zoom(smooth, 1) is smooth


@pytest.mark.parametrize("lost", [3, -2])
def test_a_shifted_mark_is_found_again(natural, lost):
    marked = embed(natural, SIGNATURE, KEY, Distortion(45))
    if lost > 0:
        i420 = marked.i420[lost:]
    else:
        i420 = np.concatenate([marked.i420[:1]] * -lost + [marked.i420])
    received = Codec().round_trip(Frames(np.ascontiguousarray(i420), Fraction(25)))
    z = greatest_z(received, SearchRange(frames=4))
    assert z > threshold(1e-6, SearchRange(frames=4).attempts)
    assert z > statistic(received, SIGNATURE, KEY) + 3


def test_features_of_an_enlarged_video_are_the_originals_once_the_zoom_is_undone(natural):
    """Not exactly, for borders and detail are lost; without undoing, far less."""
    original, enlarged = features(natural, SIGNATURE), enlarge_video(natural, 1.1)
    assert likeness(original, features(enlarged, SIGNATURE, zoom=1.1)) > 0.8
    assert likeness(original, features(enlarged, SIGNATURE)) < 0.5


def test_a_mark_in_an_enlarged_video_is_found_among_the_zooms(natural):
    search_range = SearchRange(zoom_percent=5)
    enlarged = enlarge_video(embed(natural, SIGNATURE, KEY, Distortion(45)), 1.05)
    zs = [statistic_at(enlarged, zoom) for zoom in search_range.zooms]
    assert search_range.zooms[int(np.argmax(zs))] == 1.05
    assert greatest_z(enlarged, search_range) == max(zs)


def greatest_z(frames, search_range):
    """Compute the greatest ``z`` under the right key within a search range."""
    scheme = SpreadSpectrum(SIGNATURE, Distortion(45), 1e-6, search_range=search_range)
    return scheme.detect(frames, KEY).score


def statistic_at(frames, zoom):
    """Compute ``z`` under the right key with one zoom undone."""
    return correlate(features(frames, SIGNATURE, zoom=zoom), KEY)


def test_without_a_search_range_it_is_the_statistic(natural):
    z = greatest_z(natural, SearchRange())
    assert z == statistic(natural, SIGNATURE, KEY)
