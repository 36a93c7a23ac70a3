"""Our watermark by the protocol, against the functions that it is made of."""

import math

import numpy as np
import pytest

from stages.pipeline.params.file import load_params
from stages.signature.detect.detect import correlate, features, statistic
from stages.signature.embed.distortion import Distortion
from stages.signature.embed.embed import embed
from stages.signature.scheme import SpreadSpectrum, adapted_scheme, plain_scheme
from stages.signature.search.space import hand_set_vector, to_signature
from stages.video.codec import Codec
from stages.video.frames import Frames
from stages.video.search_range import SearchRange
from tests.worktree import ROOT

KEY, WRONG = b"the right key, 16 bytes or more", b"a wrong key, also long enough"
SIGNATURE = to_signature(hand_set_vector(), "balanced")
SCHEME = SpreadSpectrum(SIGNATURE, Distortion(45.0), false_positive_rate=1e-6)


@pytest.fixture(scope="module")
def marked(natural):
    return SCHEME.mark(natural, KEY, clip_id="clip")


def test_the_mark_is_the_plain_one_without_a_loop(natural, marked):
    assert np.array_equal(marked.i420, embed(natural, SIGNATURE, KEY, Distortion(45.0)).i420)


def test_the_right_key_is_found_and_a_wrong_one_is_not(marked):
    detection, chance = SCHEME.detect_chance(marked, [KEY, WRONG])
    assert SCHEME.detect(marked, KEY) == detection
    assert detection.score == statistic(marked, SIGNATURE, KEY) >= SCHEME.threshold
    assert detection.bound <= 1e-6
    assert chance.score == statistic(marked, SIGNATURE, WRONG) < SCHEME.threshold
    # Hoeffding's inequality.
    assert chance.bound == pytest.approx(min(1.0, math.exp(-(max(chance.score, 0.0) ** 2) / 2)))


def test_every_alignment_that_is_tried_is_paid_for(marked):
    search_range = SearchRange(frames=2, zoom_percent=1)
    wide = SpreadSpectrum(SIGNATURE, Distortion(45.0), 1e-6, search_range=search_range)
    assert wide.threshold == pytest.approx(math.sqrt(2 * math.log(10 / 1e-6)))
    assert wide.false_positive_bound == pytest.approx(1e-6)
    late = Frames(marked.i420[2:], marked.fps)
    detection = wide.detect(late, KEY)
    assert detection.score == max(
        correlate(features(late, SIGNATURE, shift=shift, zoom=zoom), KEY)
        for shift in range(-2, 3)
        for zoom in (1.0, 1.01)
    )
    assert detection.score > wide.threshold > SCHEME.detect(late, KEY).score
    assert detection.bound == pytest.approx(10 * math.exp(-(detection.score**2) / 2))


def test_the_settings_of_a_project_make_both_schemes():
    settings = load_params(ROOT / "params.yaml").signature
    plain = plain_scheme(SIGNATURE, settings)
    adapted = adapted_scheme(SIGNATURE, Codec(crf=40), settings)
    assert plain.distortion == adapted.distortion
    assert (plain.distortion.psnr_db, plain.loop) == (settings.psnr_db, None)
    assert plain.distortion.headroom.block_db == settings.block_headroom_db
    assert plain.threshold == adapted.threshold == pytest.approx(math.sqrt(2 * math.log(1e6)))
    assert adapted.loop is not None
    assert adapted.loop.rounds == settings.closed_loop
    # 7, 17 and 23 above 40, but no more than H.264 has.
    assert [codec.crf for codec in adapted.loop.conditions.codecs] == [40, 47, 51]
