from fractions import Fraction

import numpy as np
import pytest

from stages.video.frames import Frames
from stages.video.planes import PLANES
from stages.video.quality import psnr_of, psnr_rgb


def test_planes_lie_in_a_frame_in_their_order(natural):
    """So that all of them, one behind the other, are the frame."""
    planes = [natural.plane(name).reshape(len(natural), -1) for name in PLANES]
    np.testing.assert_array_equal(
        np.concatenate(planes, axis=1), natural.i420.reshape(len(natural), -1)
    )


@pytest.mark.parametrize("plane", PLANES.values(), ids=PLANES)
def test_a_plane_has_the_size_of_its_scale(natural, plane):
    assert natural.plane(plane.name).shape == (
        len(natural), natural.height // plane.scale, natural.width // plane.scale,
    )  # fmt: skip
    assert plane.block_side * plane.scale == 16


@pytest.mark.parametrize("plane", PLANES.values(), ids=PLANES)
def test_an_error_in_a_plane_makes_the_error_in_rgb_that_its_record_says(plane):
    """Around grey, where R, G and B are not clipped."""
    before = Frames(np.full((1, 96, 64), 126, np.uint8), Fraction(25))
    after = Frames(before.i420.copy(), Fraction(25))
    after.plane(plane.name)[:] += 10
    assert psnr_rgb(before, after) == pytest.approx(psnr_of(plane.rgb_error * 100), abs=0.25)
