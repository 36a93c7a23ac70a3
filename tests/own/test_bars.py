import numpy as np

from stages.own.bars import picture_of_file, picture_of_frames
from stages.video.codec import Codec
from stages.video.edit import edit
from stages.video.filters import normalised
from stages.video.frames import Geometry, Region
from stages.video.planes import PLANES
from tests.conftest import constant


def test_the_picture_between_bars_is_found_after_a_codec(tmp_path, natural):
    boxed = edit("letterbox").apply(natural)
    assert picture_of_frames(boxed) == Region(320, 240, 0, 40)
    path = tmp_path / "boxed.mkv"
    path.write_bytes(Codec(crf=40).encode(boxed))
    picture = picture_of_file(path)
    assert picture is not None
    np.testing.assert_allclose(picture, (320, 240, 0, 40), atol=4)


def test_the_region_of_the_picture_is_all_that_is_kept(natural):
    boxed = edit("letterbox").apply(natural)
    geometry = Geometry(320, 240, region=picture_of_frames(boxed))
    np.testing.assert_array_equal(normalised(boxed, geometry).i420, natural.i420)


def test_bars_at_the_sides_are_found_too(natural):
    width, height = natural.width // 2, natural.height
    pillars = constant(16, frames=len(natural), width=natural.width, height=height)
    for name, plane in PLANES.items():
        part = width // plane.scale
        middle = slice(part // 2, part // 2 + part)
        pillars.plane(name)[:, :, middle] = natural.plane(name)[:, :, middle]
    assert picture_of_frames(pillars) == Region(width, height, width // 2, 0)


def test_a_video_without_bars_has_none(natural):
    assert picture_of_frames(natural) is None


def test_a_black_video_is_not_all_bars():
    assert picture_of_frames(constant(16)) is None
    spot = constant(16, width=128, height=128)
    spot.plane("Y")[:, 60:70, 60:70] = 200
    assert picture_of_frames(spot) is None
