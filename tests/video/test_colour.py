"""Differences of colour, against scikit-image pixel by pixel and cases that are known."""

import cv2
import numpy as np
import pytest
from skimage.color import deltaE_ciede2000, rgb2lab

from stages.video.colour import colour_difference
from stages.video.frames import Frames
from tests.conftest import constant


def test_the_same_video_differs_by_nothing(natural):
    found = colour_difference(natural, natural)
    assert (found.median, found.p999, found.flicker_median, found.flicker_p999) == (0, 0, 0, 0)


def test_a_tint_is_the_difference_of_two_colours():
    grey = constant(128, frames=3, width=64, height=48)
    tinted = Frames(grey.i420.copy(), grey.fps)
    tinted.plane("V")[:] += 4
    pixels = [
        cv2.cvtColor(frames.i420[0], cv2.COLOR_YUV2RGB_I420)[0, 0] for frames in (grey, tinted)
    ]
    expected = float(deltaE_ciede2000(*(rgb2lab(pixel / 255) for pixel in pixels)))
    found = colour_difference(grey, tinted)
    assert found.median == pytest.approx(expected)
    assert found.p999 == pytest.approx(expected)
    # It stands still.
    assert found.flicker_p999 == 0


def test_what_changes_its_sign_flickers_by_twice_its_size():
    grey = constant(128, frames=8, width=64, height=48)
    turning = Frames(grey.i420.copy(), grey.fps)
    turning.plane("V")[0::2] += 2
    turning.plane("V")[1::2] -= 2
    found = colour_difference(grey, turning)
    assert found.flicker_median == pytest.approx(2 * found.median, rel=0.1)


def test_motion_of_the_video_itself_is_no_flicker(natural):
    brighter = Frames(natural.i420.copy(), natural.fps)
    brighter.plane("Y")[:] = np.minimum(natural.plane("Y"), 220) + 12
    found = colour_difference(natural, brighter)
    assert found.median > 2
    # What is left is the rounding of RGB to whole numbers.
    assert found.flicker_median < 0.1 * found.median


def test_one_frame_has_no_flicker(natural):
    one = Frames(natural.i420[:1], natural.fps)
    assert colour_difference(one, one).flicker_p999 == 0
