import numpy as np
import pytest

from stages.common.errors import VideoError
from stages.fingerprint.distance import hamming
from stages.fingerprint.recipe import fingerprint
from stages.own import readings as module
from stages.own.readings import fingerprint_file, readings, readings_of
from stages.video.edit import edit
from stages.video.filters import normalised
from stages.video.frames import Geometry
from stages.video.lossless import encode_lossless


@pytest.fixture(scope="module")
def file_of(tmp_path_factory):
    def write(frames):
        path = tmp_path_factory.mktemp("videos") / "video.mkv"
        path.write_bytes(encode_lossless(frames))
        return path

    return write


def test_a_file_is_hashed_as_its_frames_are(natural, file_of):
    """Its small frames are other frames, so a bit or two may differ."""
    assert hamming(fingerprint_file(file_of(natural)), fingerprint(natural)) <= 4


def test_a_file_without_bars_has_one_reading_and_a_mirrored_one(natural, file_of):
    path = file_of(natural)
    plain, mirrored = readings(path, mirrored=True)
    np.testing.assert_array_equal(plain, fingerprint_file(path))
    assert hamming(mirrored, fingerprint_file(file_of(edit("mirrored").apply(natural)))) <= 4
    assert len(readings(path)) == 1


def test_the_picture_between_bars_is_a_reading_of_its_own(natural, file_of):
    wide = normalised(natural, Geometry(320, 180))
    path = file_of(edit("letterbox").apply(wide))
    whole, picture, _, mirrored = readings(path, mirrored=True)
    np.testing.assert_array_equal(whole, fingerprint_file(path))
    original, original_mirrored = readings(file_of(wide), mirrored=True)
    assert hamming(whole, original) > 40
    assert hamming(picture, original) <= 4
    assert hamming(mirrored, original_mirrored) <= 4


def test_the_first_frames_alone(natural, file_of):
    path = file_of(natural)
    (first,) = readings(path, max_frames=1)
    np.testing.assert_array_equal(first, fingerprint_file(path, max_frames=1))
    assert hamming(first, fingerprint_file(path)) > 0


def test_a_recipe_that_cannot_mirror_is_named(natural, monkeypatch):
    monkeypatch.setattr(module, "RECIPE", "classic")
    assert len(readings_of([natural.i420[:1]])) == 1
    with pytest.raises(TypeError, match="the recipe classic cannot mirror"):
        readings_of([natural.i420[:1]], mirrored=True)


def test_a_file_without_video_is_named(tmp_path):
    path = tmp_path / "broken.mp4"
    path.write_bytes(b"no video")
    with pytest.raises(VideoError, match=r"broken\.mp4"):
        fingerprint_file(path)
