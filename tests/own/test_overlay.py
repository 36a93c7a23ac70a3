"""A mark on stored frames: as strong as each frame is allowed, and never more."""

import av
import numpy as np
import pytest

from stages.own.container.orientation import Orientation
from stages.own.container.samples import Colours, StoredFrame
from stages.own.overlay import Overlay


def frame(luma=None):
    """A frame of noise, or of one luma, in limited range BT.601."""
    i420 = np.random.default_rng(5).integers(60, 190, (360, 320), np.uint8)
    if luma is not None:
        i420[:240] = luma
    return StoredFrame(av.VideoFrame.from_ndarray(i420, "yuv420p"), Colours(1, 6, 6, 6))


@pytest.fixture
def change():
    """Faint waves in all planes, at half the size of the frame."""
    y, x = np.mgrid[:120, :160]
    wave = 2 * np.sin(x / 9 + y / 7).astype(np.float32)
    return {"Y": wave, "U": wave[:60, :80], "V": -wave[:60, :80]}


@pytest.mark.parametrize("allowed", [0.5, 1.0, 4.0])
def test_a_frame_spends_what_it_is_allowed(change, allowed):
    overlay = Overlay(Orientation())
    overlay.put(frame(), change, allowed)
    assert 0.9 * allowed < overlay.squared_error <= allowed


def test_a_frame_that_can_take_nothing_does_not_weaken_the_next(change):
    overlay = Overlay(Orientation())
    overlay.put(frame(), change, 1e-6)
    assert overlay.squared_error == 0
    overlay.put(frame(), change, 2.0)
    assert 1.8 < overlay.squared_error <= 2.0


def test_saturated_frames_never_exceed_what_they_are_allowed(change):
    for luma in (0, 16, 235, 255):
        overlay = Overlay(Orientation())
        overlay.put(frame(luma), change, 1.0)
        assert overlay.squared_error <= 1.0


def test_a_turned_frame_gets_the_turned_change(change):
    """What is shown upside down is stored upside down."""
    plain, turned = frame(), frame()
    Overlay(Orientation()).put(plain, {name: part[::-1, ::-1] for name, part in change.items()}, 2)
    Overlay(Orientation(-1, 0, 0, -1)).put(turned, change, 2)
    for upright, stored in zip(plain.planes(), turned.planes(), strict=True):
        np.testing.assert_array_equal(upright, stored)
