from collections.abc import Generator
from fractions import Fraction

import cv2
import numpy as np
import pytest

from stages.common.errors import VideoError
from stages.video.frames import Frames, Geometry, read, stream
from stages.video.lossless import encode_lossless
from tests.conftest import constant


def test_planes_are_views_in_the_order_y_u_v():
    i420 = np.arange(2 * 6 * 4, dtype=np.uint8).reshape(2, 6, 4)
    frames = Frames(i420, Fraction(25))
    assert (len(frames), frames.width, frames.height) == (2, 4, 4)
    np.testing.assert_array_equal(frames.plane("Y")[0], np.arange(16).reshape(4, 4))
    np.testing.assert_array_equal(frames.plane("U")[0], [[16, 17], [18, 19]])
    np.testing.assert_array_equal(frames.plane("V")[1], [[44, 45], [46, 47]])
    frames.plane("V")[1, 0, 0] = 200
    assert i420[1, 5, 0] == 200


def test_rgb_is_bt601_limited_range():
    # ITU-R BT.601: Y = 235, U = V = 128 is white; Y = 16 is black.
    np.testing.assert_array_equal(constant(235).rgb(), 255)
    np.testing.assert_array_equal(constant(16).rgb(), 0)
    red = constant(81)
    red.plane("U")[:], red.plane("V")[:] = 90, 240
    np.testing.assert_allclose(red.rgb()[0, 0, 0], [255, 0, 0], atol=1)


@pytest.mark.parametrize(
    ("array", "complaint"),
    [
        (np.zeros((4, 6), np.uint8), "shape"),
        (np.zeros((1, 7, 4), np.uint8), "shape"),
        (np.zeros((1, 6, 4), np.float32), "dtype"),
    ],
)
def test_what_is_no_video_is_refused(array, complaint):
    with pytest.raises(ValueError, match=complaint):
        Frames(array, Fraction(25))


def stored(tmp_path, frames):
    path = tmp_path / "clip.mkv"
    path.write_bytes(encode_lossless(frames))
    return path


def test_a_stored_clip_of_the_same_size_comes_back_as_it_was(tmp_path, natural):
    path = stored(tmp_path, natural)
    back = read(path, Geometry(320, 240), max_frames=1000, fps=natural.fps)
    np.testing.assert_array_equal(back.i420, natural.i420)


def test_no_more_frames_are_read_than_asked_for(tmp_path, natural):
    assert (
        len(read(stored(tmp_path, natural), Geometry(320, 240), max_frames=7, fps=natural.fps)) == 7
    )


@pytest.mark.parametrize("fit", ["crop", "pad", "stretch"])
@pytest.mark.parametrize("size", [(320, 240), (96, 160), (200, 64)])
def test_every_fit_gives_the_size_asked_for(tmp_path, natural, fit, size):
    geometry = Geometry(size[0], size[1], fit)
    frames = read(stored(tmp_path, natural), geometry, max_frames=2, fps=natural.fps)
    assert (frames.width, frames.height) == size


def test_crop_keeps_the_middle_and_pad_adds_black_bars(tmp_path, natural):
    path = stored(tmp_path, natural)
    cropped = read(path, Geometry(120, 240, "crop"), max_frames=1, fps=natural.fps)
    np.testing.assert_array_equal(cropped.plane("Y"), natural.plane("Y")[:1, :, 100:220])
    padded = read(path, Geometry(320, 480, "pad"), max_frames=1, fps=natural.fps)
    np.testing.assert_array_equal(padded.plane("Y")[:, 120:360], natural.plane("Y")[:1])
    assert (padded.plane("Y")[:, :118] == 16).all()


def test_scaling_is_near_an_independent_one(tmp_path, natural):
    frames = read(stored(tmp_path, natural), Geometry(160, 120), max_frames=1, fps=natural.fps)
    reference = cv2.resize(natural.plane("Y")[0], (160, 120), interpolation=cv2.INTER_AREA)
    error = np.abs(frames.plane("Y")[0].astype(float) - reference)
    assert error.mean() < 3


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(VideoError, match=r"nowhere\.mp4"):
        read(tmp_path / "nowhere.mp4", Geometry(64, 64), max_frames=1, fps=Fraction(25))


def test_a_stream_yields_what_reading_gives(tmp_path, natural):
    path, geometry = stored(tmp_path, natural), Geometry(96, 64)
    whole = read(path, geometry, max_frames=1000, fps=natural.fps)
    streamed = [frame.copy() for frame in stream(path, geometry)]
    np.testing.assert_array_equal(streamed, whole.i420)
    first = [frame.copy() for frame in stream(path, geometry, max_frames=5)]
    np.testing.assert_array_equal(first, whole.i420[:5])


def test_a_stream_can_be_left_early(tmp_path, natural):
    frames = stream(stored(tmp_path, natural), Geometry(320, 240))
    assert isinstance(frames, Generator)
    np.testing.assert_array_equal(next(frames), natural.i420[0])
    frames.close()


def test_a_stream_of_a_missing_file_is_named(tmp_path):
    with pytest.raises(VideoError, match=r"nowhere\.mp4"):
        next(stream(tmp_path / "nowhere.mp4", Geometry(64, 64)))


def test_damage_within_a_stream_is_told(tmp_path, natural, caplog):
    """The frames before and after it are still of use."""
    path = stored(tmp_path, natural)
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 2000] = bytes(2000)
    path.write_bytes(content)
    assert len([1 for _ in stream(path, Geometry(320, 240))]) > 0
    assert caplog.text.count("warning: ") == 1
    assert str(path) in caplog.text


def test_a_copy_of_another_size_shows_the_same_picture(tmp_path, natural):
    """The picture is cropped before it is scaled, so that a small frame is no coarser a crop."""
    path = stored(tmp_path, natural)
    small = read(path, Geometry(64, 64, scaler="fast"), max_frames=1, fps=natural.fps)
    large = read(path, Geometry(240, 240), max_frames=1, fps=natural.fps)
    expected = cv2.resize(large.plane("Y")[0], (64, 64), interpolation=cv2.INTER_AREA)
    np.testing.assert_allclose(small.plane("Y")[0], expected.astype(float), atol=2)
