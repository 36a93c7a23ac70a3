from fractions import Fraction

import numpy as np
import pytest

from stages.video.edit import EDITS, edited, normalised
from stages.video.frames import Frames, Geometry

SHAPES = {
    "half size": (32, 160, 120),
    "double size": (32, 640, 480),
    "95 % size": (32, 304, 228),
    "half frame rate": (16, 320, 240),
    "letterbox": (32, 320, 320),
    "crop of 5 %": (32, 304, 228),
}


@pytest.mark.parametrize("name", sorted(set(EDITS) - {"first and last second cut"}))
def test_an_edit_has_the_size_and_length_that_it_says(natural, name):
    frames = edited(natural, name)
    assert (len(frames), frames.width, frames.height) == SHAPES.get(name, (32, 320, 240))
    assert not np.array_equal(frames.i420, natural.i420)


def test_half_the_frames_at_half_the_rate(natural):
    halved = edited(natural, "half frame rate")
    np.testing.assert_array_equal(halved.i420, natural.i420[::2])
    assert halved.fps == natural.fps / 2


def test_a_second_goes_at_each_end(natural):
    slow = Frames(natural.i420, Fraction(10))
    np.testing.assert_array_equal(
        edited(slow, "first and last second cut").i420, natural.i420[10:-10]
    )


def test_mirrored_twice_is_as_before(natural):
    once = edited(natural, "mirrored")
    np.testing.assert_array_equal(once.plane("Y"), natural.plane("Y")[:, :, ::-1])
    np.testing.assert_array_equal(edited(once, "mirrored").i420, natural.i420)


def test_grey_leaves_brightness_alone(natural):
    grey = edited(natural, "grey")
    np.testing.assert_array_equal(grey.plane("Y"), natural.plane("Y"))
    assert np.all(grey.plane("U") == 128)


def test_a_letterbox_is_black_above_and_below(natural):
    luma = edited(natural, "letterbox").plane("Y")
    assert np.all(luma[:, :40] == 16)
    assert np.all(luma[:, -40:] == 16)
    np.testing.assert_array_equal(luma[:, 40:-40], natural.plane("Y"))


def test_a_logo_covers_its_corner_alone(natural):
    changed = edited(natural, "logo").plane("Y") != natural.plane("Y")
    assert not changed[:, :, :240].any()
    assert not changed[:, 60:].any()
    assert changed[:, 14:40, 250:300].mean() > 0.9


def test_what_is_normalised_already_stays(natural):
    np.testing.assert_array_equal(normalised(natural, Geometry(320, 240)).i420, natural.i420)


def test_a_frame_of_another_size_comes_back_near(natural):
    back = normalised(edited(natural, "double size"), Geometry(320, 240))
    error = np.abs(back.plane("Y").astype(int) - natural.plane("Y"))
    assert error.mean() < 3
