import json
from dataclasses import asdict

import numpy as np
import pytest

from stages.optimize import (
    BEFORE,
    Evaluator,
    baseline_offsets,
    closed_loops,
    extremes,
    journal_digest,
)
from stages.pipeline.params.file import load_params
from stages.signature.search.evolution import candidate
from stages.signature.search.space import hand_set_vector
from tests.worktree import ROOT

START = candidate(hand_set_vector())


@pytest.fixture
def params():
    params = load_params(ROOT / "params.yaml")
    signature = params.signature.model_copy(update={"closed_loop": 1, "harder": [7, 17]})
    return params.model_copy(update={"signature": signature})


def in_this_process(function, trials):
    return (json.loads(json.dumps(asdict(function(trial)))) for trial in trials.values())


def ignored(note=""):
    pass


def test_an_offset_is_what_the_loop_adds_so_that_x0_with_it_is_as_the_loop_leaves_it(
    params, small_clips
):
    clips = small_clips[:2]
    loops = closed_loops(params, clips, in_this_process)
    assert len(loops[0].scores.by_codec) == 3
    assert loops[0].scores.grey is not None
    offsets = baseline_offsets(params, clips, loops, in_this_process)
    adaptations = [loop.adaptation for loop in loops]
    evaluate = Evaluator(params, clips, adaptations, offsets, in_this_process, ignored)
    vector = candidate(hand_set_vector() + 0.1)
    first, second = evaluate(BEFORE, [(START, (0, 1)), (vector, (1,))])
    assert [codec.crf for codec in extremes(params).codecs] == [28, 45]
    # After the mildest and the hardest of three codecs, and in grey after the first.
    reached = np.array([[loop.scores.values[place] for place in (0, 2, 3)] for loop in loops])
    added = np.array([offset.values for offset in offsets])
    assert np.reshape(first.z, (2, 3)) + added == pytest.approx(reached, abs=1e-5)
    survived = extremes(params)
    assert first.soft_detection_rate == pytest.approx(
        [survived.soft_detection_rate(z) for z in reached], abs=1e-5
    )
    assert len(second.z) == 3
    assert not np.allclose(second.z, first.z[3:])


def test_a_journal_is_of_the_clips_that_are_used(params, small_clips):
    assert journal_digest(params, small_clips[:2]) != journal_digest(params, small_clips[:1])
    assert journal_digest(params, small_clips[:2]) == journal_digest(params, small_clips[:2])
