import cv2
import numpy as np

from stages.video.frames import Frames
from stages.video.pictures import comparison, write_png
from tests.conftest import constant


def test_the_difference_stands_beside_both_frames_enlarged(tmp_path):
    grey = constant(100, frames=3, width=32, height=16)
    marked = Frames(grey.i420.copy(), grey.fps)
    marked.plane("Y")[:, :8] += 2
    rgb = comparison(grey, marked)
    assert rgb.shape == (16, 96, 3)
    one, other, difference = np.split(rgb.astype(int), 3, axis=1)
    np.testing.assert_array_equal(difference, 128 + 16 * (other - one))
    assert (difference[8:] == 128).all()
    assert (difference[:8] > 128).all()
    write_png(tmp_path / "deep" / "picture.png", rgb)
    bgr = cv2.imread(str(tmp_path / "deep" / "picture.png"))
    assert bgr is not None
    np.testing.assert_array_equal(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), rgb)


def test_large_differences_are_cut_off_and_do_not_wrap():
    black, white = (constant(value, frames=1, width=16, height=16) for value in (16, 235))
    assert comparison(black, white)[:, 32:].min() == 255
    assert comparison(white, black)[:, 32:].max() == 0
