"""The detector's sensitivity, as the embedder estimates it."""

from fractions import Fraction

import numpy as np
import pytest

from stages.signature.embed.sensitivity import sensitivity
from stages.signature.search.space import hand_set_vector, to_signature
from stages.video.frames import Frames

SIGNATURE = to_signature(hand_set_vector(), "balanced")


def test_the_detector_is_more_sensitive_where_little_changes():
    rng = np.random.default_rng(2)
    i420 = np.full((40, 360, 320), 128, np.uint8)
    frames = Frames(i420, Fraction(25))
    frames.plane("V")[:] = rng.integers(126, 131, (40, 120, 160))
    frames.plane("V")[:, :, 80:] = rng.integers(0, 256, (40, 120, 80))
    frames.plane("V")[:20, :40, :40] = rng.integers(0, 256, (20, 40, 40))
    weights = sensitivity(frames, SIGNATURE.within({"V"}))["V"]
    assert weights.shape == (40, 15, 20)
    assert weights.mean() == pytest.approx(1)
    assert weights[:, :, :10].mean() > 2 * weights[:, :, 10:].mean()
    assert weights[25:, :5, :5].mean() > 2 * weights[:15, :5, :5].mean()
