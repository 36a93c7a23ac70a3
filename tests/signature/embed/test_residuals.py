from fractions import Fraction

import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stages.signature.embed.blocks import Headroom, within
from stages.signature.embed.embed import add
from stages.signature.embed.residuals import Residual, Residuals
from stages.video.frames import Frames
from stages.video.quality import RgbReference

PICTURES = np.random.default_rng(1).normal(size=(3, 16, 16)).astype(np.float32)


@given(st.lists(st.integers(0, 2), min_size=1, max_size=20))
def test_every_frame_gets_its_picture_once(which):
    residual = Residual(PICTURES, np.array(which))
    frames = residual.frames()
    assert len(frames) == len(which)
    for index, choice in enumerate(which):
        np.testing.assert_array_equal(frames[index], PICTURES[choice])
        np.testing.assert_array_equal(residual.frame(index), PICTURES[choice])
    placed = {frame: picture for picture, where in residual.placed() for frame in where.tolist()}
    assert sorted(placed) == list(range(len(which)))
    for frame, picture in placed.items():
        np.testing.assert_array_equal(picture, frames[frame])
    np.testing.assert_array_equal(residual.every(3).times(-2).frames(), -2 * frames[::3])


@given(st.lists(st.integers(0, 2), min_size=1, max_size=20), st.integers(0, 9))
def test_few_pictures_are_added_as_one_for_every_frame_would_be(which, seed):
    """Also where the ceilings cut some frames and not others."""
    host = np.random.default_rng(seed).integers(0, 256, (len(which), 48, 32), np.uint8)
    frames = Frames(host, fps=Fraction(25))
    strong = PICTURES.repeat(2, axis=1).repeat(2, axis=2) * np.array(
        [[[1]], [[3]], [[9]]], np.float32
    )
    few: Residuals = {
        "Y": Residual(strong, np.array(which)),
        "V": Residual(PICTURES, np.array(which[::-1])),
    }
    dense = {plane: Residual.of(residual.frames()) for plane, residual in few.items()}
    marked, again = (
        add(RgbReference.of(frames), within(some, Headroom(1, 3)), psnr_db=40)
        for some in (few, dense)
    )
    np.testing.assert_array_equal(marked.i420, again.i420)


def test_adding_rounds_and_stays_within_8_bits():
    """The pixels are those of OpenCV's own saturating sum, at a strength that can be told."""
    host = np.repeat(np.array([0, 100, 255], np.uint8), 24 * 16).reshape(3, 24, 16)
    frames = Frames(host, fps=Fraction(25))
    change = Residual.of(np.tile(np.array([-1, 1], np.float32), (3, 16, 8)))
    marked = add(RgbReference.of(frames), {"Y": change}, psnr_db=30)
    moved = marked.plane("Y").astype(int) - frames.plane("Y")
    assert (moved[0] >= 0).all() and (moved[2] <= 0).all()
    assert len(np.unique(np.abs(moved[1]))) == 1
    assert cv2.PSNR(frames.rgb(), marked.rgb()) >= 30
