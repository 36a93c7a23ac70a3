"""The conditions of a mark, against values by hand and a plain reading of the same."""

import json
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.signature.detect.detect import statistic
from stages.signature.embed.conditions import Conditions, ConditionScores
from stages.signature.embed.distortion import Distortion
from stages.signature.embed.embed import embed
from stages.signature.search.space import hand_set_vector, to_signature
from stages.video.codec import Codec
from stages.video.edit import edit
from stages.video.frames import Frames

KEY = b"the right key, 16 bytes or more"
CODECS = (Codec("libx264", 28), Codec("libx264", 40))


def test_the_soft_detection_rate_by_hand():
    survived = Conditions(CODECS, threshold=5.0)
    # (1 / (1 + e^0) + 1 / (1 + e^-2) + 1 / (1 + e^3)) / 3
    assert survived.soft_detection_rate([5.0, 7.0, 2.0]) == pytest.approx(0.476074, abs=1e-6)
    assert survived.soft_detection_rate([100.0]) == 1
    assert survived.soft_detection_rate([-1000.0]) == 0


def test_the_undecided_codec_is_the_one_nearest_the_threshold():
    survived = Conditions((*CODECS, Codec("libx264", 51)), threshold=5.0)
    assert survived.undecided(ConditionScores((18.0, 6.0, 2.0))) == CODECS[1]
    assert survived.undecided(ConditionScores((18.0, 9.0, 4.0))).crf == 51
    # The score of grey video belongs to no codec of its own.
    assert survived.undecided(ConditionScores((7.0, 3.5, 1.0), grey=5.0)) == CODECS[1]


@pytest.mark.parametrize("grey", [None, 9.0])
def test_the_extremes_are_the_mildest_and_the_hardest_codec(grey):
    survived = Conditions((*CODECS, Codec("libx264", 51)), threshold=5.0)
    assert [codec.crf for codec in survived.extremes.codecs] == [28, 51]
    scores = ConditionScores((18.0, 6.0, 2.0), grey)
    assert scores.at_extremes == ConditionScores((18.0, 2.0), grey)
    for few in (CODECS, CODECS[:1]):
        same = Conditions(few, threshold=5.0)
        assert same.extremes == same
        scores = ConditionScores((8.0, 7.0)[: len(few)], grey)
        assert scores.at_extremes == scores


def test_scores_add_up_condition_by_condition():
    first, second = ConditionScores((8.0, 2.0), 5.0), ConditionScores((1.0, 0.5), -2.0)
    assert (first + second).values == (9.0, 2.5, 3.0)
    assert (first - second).values == (7.0, 1.5, 7.0)
    colour = ConditionScores((8.0, 2.0))
    assert (colour + colour) == ConditionScores((16.0, 4.0), None)
    assert colour.values == (8.0, 2.0)


@pytest.mark.parametrize("other", [ConditionScores((1.0, 2.0)), ConditionScores((1.0,), 2.0)])
def test_scores_under_unlike_conditions_do_not_add_up(other):
    with pytest.raises(ValueError, match=r"unlike conditions|shorter"):
        ConditionScores((8.0, 2.0), 5.0) + other


def test_scores_survive_a_file():
    for scores in (ConditionScores((8.0, 1 / 3), -0.1), ConditionScores((8.0,))):
        assert ConditionScores.of(json.loads(json.dumps(asdict(scores)))) == scores


@given(st.lists(st.floats(-20, 60), min_size=1, max_size=9), st.floats(0.1, 3))
def test_more_z_never_gives_a_lower_rate(z, more):
    survived = Conditions(CODECS, threshold=5.257)
    assert (
        0
        <= survived.soft_detection_rate(z)
        <= survived.soft_detection_rate(np.array(z) + more)
        <= 1
    )


@pytest.mark.parametrize("preset", ["balanced", "colour"])
def test_every_codec_is_scored_and_grey_after_the_mildest(natural, preset):
    signature = to_signature(hand_set_vector(), preset)
    marked = embed(natural, signature, KEY, Distortion(45))
    scores = Conditions(CODECS, threshold=5.257).scores(marked, signature, KEY)
    received = [codec.round_trip(marked) for codec in CODECS]
    expected = [statistic(video, signature, KEY) for video in received]
    if preset == "balanced":
        colourless = Frames(received[0].i420.copy(), natural.fps)
        colourless.plane("U")[:] = 128
        colourless.plane("V")[:] = 128
        np.testing.assert_array_equal(edit("grey").apply(received[0]).i420, colourless.i420)
        expected.append(statistic(colourless, signature, KEY))
    assert scores.values == pytest.approx(expected, abs=1e-6)
    assert (scores.grey is not None) == (preset == "balanced")
