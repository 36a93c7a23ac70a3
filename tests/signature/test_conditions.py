"""What a mark has to survive, against values by hand and a plain reading of the same."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.signature.detect.detect import statistic
from stages.signature.embed.conditions import Conditions
from stages.signature.embed.embed import embed
from stages.signature.search.space import hand_set_vector, to_signature
from stages.video.codec import Codec
from stages.video.edit import edit
from stages.video.frames import Frames

KEY = b"the right key, 16 bytes or more"
CODECS = (Codec("libx264", 28), Codec("libx264", 40))


def test_assurance_by_hand():
    wanted = Conditions(CODECS, threshold=5.0)
    # (1 / (1 + e^0) + 1 / (1 + e^-2) + 1 / (1 + e^3)) / 3
    assert wanted.soft_detection_rate([5.0, 7.0, 2.0]) == pytest.approx(0.476074, abs=1e-6)
    assert wanted.soft_detection_rate([100.0]) == 1
    assert wanted.soft_detection_rate([-1000.0]) == 0


def test_the_undecided_codec_is_the_one_nearest_the_threshold():
    wanted = Conditions((*CODECS, Codec("libx264", 51)), threshold=5.0)
    assert wanted.undecided([18.0, 6.0, 2.0]) == CODECS[1]
    assert wanted.undecided([18.0, 9.0, 4.0]).crf == 51
    # The score of grey video belongs to no codec of its own.
    assert wanted.undecided([7.0, 3.5, 1.0, 5.0]) == CODECS[1]


@pytest.mark.parametrize("grey", [(), (9.0,)])
def test_the_extremes_are_the_mildest_and_the_hardest_codec(grey):
    wanted = Conditions((*CODECS, Codec("libx264", 51)), threshold=5.0)
    assert [codec.crf for codec in wanted.extremes.codecs] == [28, 51]
    assert wanted.at_extremes([18.0, 6.0, 2.0, *grey]) == (18.0, 2.0, *grey)
    for few in (CODECS, CODECS[:1]):
        same = Conditions(few, threshold=5.0)
        assert same.extremes == same
        scores = (8.0, 7.0)[: len(few)] + grey
        assert same.at_extremes(scores) == scores


@given(st.lists(st.floats(-20, 60), min_size=1, max_size=9), st.floats(0.1, 3))
def test_more_z_never_assures_less(z, more):
    wanted = Conditions(CODECS, threshold=5.257)
    assert 0 <= wanted.soft_detection_rate(z) <= wanted.soft_detection_rate(np.array(z) + more) <= 1


@pytest.mark.parametrize("preset", ["balanced", "colour"])
def test_every_codec_is_scored_and_grey_after_the_mildest(natural, preset):
    signature = to_signature(hand_set_vector(), preset)
    marked = embed(natural, signature, KEY, psnr_db=45)
    found = Conditions(CODECS, threshold=5.257).scores(marked, signature, KEY)
    received = [codec.round_trip(marked) for codec in CODECS]
    expected = [statistic(video, signature, KEY) for video in received]
    if preset == "balanced":
        colourless = Frames(received[0].i420.copy(), natural.fps)
        colourless.plane("U")[:] = 128
        colourless.plane("V")[:] = 128
        np.testing.assert_array_equal(edit("grey").apply(received[0]).i420, colourless.i420)
        expected.append(statistic(colourless, signature, KEY))
    assert found == pytest.approx(expected, abs=1e-6)
