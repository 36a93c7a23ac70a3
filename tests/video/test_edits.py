from fractions import Fraction

import numpy as np
import pytest

from stages.common.errors import AfterimageError, VideoError
from stages.video.edit import Edit, edit, edit_names
from stages.video.filters import filtered, normalised
from stages.video.frames import Frames, Geometry

# Frames, width and height after an edit of 32 frames of 320x240; all others keep them.
SHAPES = {
    "half_size": (32, 160, 120),
    "double_size": (32, 640, 480),
    "rescaled": (32, 304, 228),
    "half_frame_rate": (16, 320, 240),
    "letterbox": (32, 320, 320),
    "cropped": (32, 304, 228),
    "shifted": (29, 320, 240),
}
# As the README and the report show them.
LABELS = {
    "second_generation": "CRF 28, then CRF 35",
    "grey": "CRF 28, then greyscale",
    "shifted": "3 frames lost, CRF 28",
    "cropped": "5 % cut away and enlarged, CRF 28",
    "rescaled": "95 % size, CRF 28",
}


@pytest.mark.parametrize("name", sorted({*edit_names()} - {"ends_cut", "second_generation"}))
def test_an_edit_has_the_size_and_length_that_it_says(natural, name):
    frames = edit(name).apply(natural)
    assert (len(frames), frames.width, frames.height) == SHAPES.get(name, (32, 320, 240))
    assert not np.array_equal(frames.i420, natural.i420)


@pytest.mark.parametrize("name", edit_names())
def test_a_label_is_a_sentence_about_the_crfs(name):
    label = edit(name).label.format(first="CRF 28", last="CRF 35")
    assert "CRF 28" in label
    assert label == LABELS.get(name, label)
    assert ("CRF 35" in label) == edit(name).second_encode


@pytest.mark.parametrize("name", edit_names())
def test_the_least_frames_leave_something_of_a_clip(name):
    """At 30 frames a second, and none less would do where frames are lost."""
    record = edit(name)
    noise = np.random.default_rng(1).integers(
        0, 256, (record.shortest_clip(Fraction(30)), 96, 64), np.uint8
    )
    assert len(record.apply(Frames(noise, Fraction(30)))) >= 1


def test_a_frame_less_than_the_least_leaves_nothing(natural):
    shifted, cut = edit("shifted"), edit("ends_cut")
    assert len(shifted.apply(Frames(natural.i420[: shifted.least_frames - 1], Fraction(30)))) == 0
    still = np.repeat(natural.i420[:1], cut.shortest_clip(Fraction(30)) - 1, axis=0)
    with pytest.raises(VideoError, match="no frame is left"):
        cut.apply(Frames(still, Fraction(30)))


def test_half_the_frames_at_half_the_rate(natural):
    halved = edit("half_frame_rate").apply(natural)
    np.testing.assert_array_equal(halved.i420, natural.i420[::2])
    assert halved.fps == natural.fps / 2


def test_a_second_goes_at_each_end(natural):
    slow = Frames(natural.i420, Fraction(10))
    np.testing.assert_array_equal(edit("ends_cut").apply(slow).i420, natural.i420[10:-10])


def test_the_first_frames_are_lost(natural):
    np.testing.assert_array_equal(edit("shifted").apply(natural).i420, natural.i420[3:])


def test_mirrored_twice_is_as_before(natural):
    mirrored = edit("mirrored")
    once = mirrored.apply(natural)
    np.testing.assert_array_equal(once.plane("Y"), natural.plane("Y")[:, :, ::-1])
    np.testing.assert_array_equal(mirrored.apply(once).i420, natural.i420)


def test_grey_leaves_brightness_alone_and_is_what_ffmpeg_calls_no_saturation(natural):
    before = natural.i420.copy()
    grey = edit("grey").apply(natural)
    np.testing.assert_array_equal(natural.i420, before)
    np.testing.assert_array_equal(grey.plane("Y"), natural.plane("Y"))
    assert np.all(grey.plane("U") == 128)
    by_ffmpeg = filtered(natural, lambda stream: stream.filter("hue", s=0))
    np.testing.assert_array_equal(grey.i420, by_ffmpeg.i420)


def test_a_letterbox_is_black_above_and_below(natural):
    luma = edit("letterbox").apply(natural).plane("Y")
    assert np.all(luma[:, :40] == 16)
    assert np.all(luma[:, -40:] == 16)
    np.testing.assert_array_equal(luma[:, 40:-40], natural.plane("Y"))


def test_a_logo_covers_its_corner_alone(natural):
    changed = edit("logo").apply(natural).plane("Y") != natural.plane("Y")
    assert not changed[:, :, :240].any()
    assert not changed[:, 60:].any()
    assert changed[:, 14:40, 250:300].mean() > 0.9


def test_an_edit_is_applied_before_and_after_the_codec_in_this_order(natural):
    both = Edit(
        label="{first}",
        before=lambda frames: Frames(frames.i420[1:], frames.fps),
        after=lambda frames: Frames(frames.i420[::2], frames.fps),
    )
    np.testing.assert_array_equal(both.apply(natural).i420, natural.i420[1::2])


def test_an_unknown_edit_is_refused_with_the_known_ones():
    with pytest.raises(AfterimageError, match="no 'sepia' there; known: brighter, "):
        edit("sepia")


def test_what_is_normalised_already_stays(natural):
    np.testing.assert_array_equal(normalised(natural, Geometry(320, 240)).i420, natural.i420)


def test_a_frame_of_another_size_comes_back_near(natural):
    back = normalised(edit("double_size").apply(natural), Geometry(320, 240))
    error = np.abs(back.plane("Y").astype(int) - natural.plane("Y"))
    assert error.mean() < 3
