"""Every method learns what it is made to learn: one that is weak by its making proves nothing."""

from dataclasses import replace

import numpy as np
import pytest

from stages.baselines.ascent import climb
from stages.common.errors import AfterimageError
from stages.schemes import adaptive, cmaes, contrastive, hand_set, random_spectrum, real_forward
from stages.signature.search.space import bounds, hand_set_vector


@pytest.fixture
def one_crf(task):
    codecs = task.conditions.codecs[:1]
    return replace(task, conditions=replace(task.conditions, codecs=codecs))


@pytest.mark.parametrize("method", [adaptive, contrastive])
def test_a_method_learns_on_its_own_proxy(one_crf, method):
    learned = method.learn(one_crf)
    objectives = [step.objective for step in learned.history]
    assert len(objectives) == one_crf.steps
    assert max(objectives) > 1.15 * objectives[0]
    assert learned.encodes == 0
    # By its own measure, with another key.
    before, after = (
        method.learn(replace(one_crf, seed=2, steps=1, x0=np.array(vector))).history[0]
        for vector in (hand_set_vector(), learned.vector)
    )
    assert after.objective > 1.05 * before.objective


def test_real_forward_learns_on_the_real_codec_within_its_budget(one_crf):
    learned = real_forward.learn(one_crf)
    objectives = [step.objective for step in learned.history]
    assert max(objectives) > objectives[0]
    assert learned.vector in {step.vector for step in learned.history}
    assert learned.encodes == len(learned.history) * len(one_crf.clips)
    assert learned.encodes <= one_crf.steps * len(one_crf.clips)


def test_cmaes_learns_on_the_real_codec_within_its_budget(one_crf):
    longer = replace(one_crf, steps=45, population=36)
    learned = cmaes.learn(longer)
    # Steps of x0 and of the mean, or of the result, in turn: keys change from pair to pair.
    leads = [
        step.objective - x0.objective
        for x0, step in zip(learned.history[::2], learned.history[1::2], strict=True)
    ]
    assert leads[0] == 0
    assert sum(leads) > 0.05
    assert learned.vector in {step.vector for step in learned.history}
    budget = longer.steps * len(longer.clips)
    assert 0.6 * budget < learned.encodes <= budget


@pytest.mark.parametrize(("clips", "steps"), [(1, 6), (2, 5), (2, 8)])
def test_cmaes_never_exceeds_its_budget_and_uses_most_of_it(one_crf, clips, steps):
    task = replace(one_crf, clips=one_crf.clips[:clips], steps=steps)
    assert 0.8 * steps * clips <= cmaes.learn(task).encodes <= steps * clips


def test_cmaes_says_how_much_it_needs(one_crf):
    with pytest.raises(AfterimageError, match=r"baseline\.steps = 4: cmaes needs 5 or more on 2"):
        cmaes.learn(replace(one_crf, clips=one_crf.clips[:2], steps=4))


def test_every_search_sets_out_from_the_same_point(one_crf):
    short = replace(one_crf, steps=3)
    learned = [method.learn(short) for method in (adaptive, contrastive, real_forward)]
    learned.append(cmaes.learn(replace(one_crf, steps=6)))
    starts = {result.history[0].vector for result in learned}
    assert starts == {tuple(np.round(hand_set_vector(), 6).tolist())}


def test_learning_is_its_seed(one_crf):
    short = replace(one_crf, steps=3)
    assert adaptive.learn(short) == adaptive.learn(short)
    assert random_spectrum.learn(short) == random_spectrum.learn(short)
    assert random_spectrum.learn(short) != random_spectrum.learn(replace(short, seed=2))


def test_what_is_not_trained_lies_in_the_search_space(one_crf):
    low, high = bounds()
    for method in (hand_set, random_spectrum):
        learned = method.learn(one_crf)
        assert (low <= learned.vector).all()
        assert (learned.vector <= high).all()
        assert learned.encodes == 0


def test_ascent_stays_within_the_bounds(one_crf):
    """An objective that always asks for more, and steps that are far too long."""
    low, high = bounds()
    steep = replace(one_crf, learning_rate=2.0, steps=4, clips=one_crf.clips[:1])
    for step in climb(steep, adaptive.channels(steep), lambda marked, _: marked.sum()):
        assert (low <= step.vector).all()
        assert (step.vector <= high).all()


def test_the_separation_of_two_populations():
    marked, unmarked = np.array([9.0, 11.0]), np.array([-1.0, 1.0])
    assert contrastive.separation(marked, unmarked) == pytest.approx(10, rel=1e-3)
    assert contrastive.separation(unmarked, marked) == pytest.approx(-10, rel=1e-3)
    assert np.isfinite(contrastive.separation(marked[:1], unmarked[:1]))
