"""The clips that are drawn."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from stages.sources.synthetic import drawing as synthetic
from stages.video.frames import Geometry, read
from stages.video.probe import probe

FRAME = Geometry(320, 240)


def test_a_drawn_clip_depends_on_nothing_but_itself():
    drawn = synthetic.draw("natural", 2, 6, seed=9)
    synthetic.draw("natural", 1, 6, seed=9)
    np.testing.assert_array_equal(synthetic.draw("natural", 2, 6, seed=9).i420, drawn.i420)
    assert not np.array_equal(synthetic.draw("natural", 3, 6, seed=9).i420, drawn.i420)
    assert not np.array_equal(synthetic.draw("natural", 2, 6, seed=8).i420, drawn.i420)


@pytest.mark.parametrize("kind", synthetic.KINDS)
def test_a_drawn_clip_is_stored_without_loss(tmp_path, kind):
    offer = synthetic.SyntheticOffer(kind, 1, 5, seed=3)
    offer.store(tmp_path / "clip")
    content = probe(tmp_path / "clip", FRAME, max_frames=99)
    assert (content.frames, content.fps) == (5, Fraction(25))
    back = read(tmp_path / "clip", FRAME, max_frames=99, fps=Fraction(25))
    np.testing.assert_array_equal(back.i420, synthetic.draw(kind, 1, 5, seed=3).i420)


def spectrum_slope(picture):
    """Slope of log power over log frequency, radially averaged."""
    window = np.hanning(240)[:, None] * np.hanning(320)
    power = np.abs(np.fft.fft2((picture - picture.mean()) * window)) ** 2
    radius = np.hypot(np.fft.fftfreq(240)[:, None], np.fft.fftfreq(320))
    edges = np.geomspace(0.02, 0.45, 12)
    rings = [(radius >= low) & (radius < high) for low, high in pairwise(edges)]
    levels = [np.log(power[ring].mean()) for ring in rings]
    return np.polyfit(np.log(np.sqrt(edges[1:] * edges[:-1])), levels, 1)[0]


def test_natural_clips_have_the_statistics_of_natural_video():
    """Field (1987): power falls about as f^-2 to f^-4; a test card or noise does not."""
    clips = [synthetic.draw("natural", index, 2, seed=1) for index in range(12)]
    slopes = [spectrum_slope(clip.plane("Y")[0].astype(float)) for clip in clips]
    assert -3.8 < np.median(slopes) < -2.4
    noise = synthetic.draw("noise", 0, 2, seed=1)
    assert abs(spectrum_slope(noise.plane("Y")[0].astype(float))) < 0.3


def test_the_default_offers_have_unique_names_and_kinds():
    offers = synthetic.offers(natural=5, simple=2, frames=4, seed=1)
    assert len({offer.id for offer in offers}) == len(offers) == 13
    assert sum(offer.kind == "natural" for offer in offers) == 5
