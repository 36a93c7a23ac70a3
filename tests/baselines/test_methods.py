"""Every method learns what it is made to learn: one that is weak by its making proves nothing."""

from dataclasses import replace
from statistics import fmean

import numpy as np
import pytest

from stages.baselines import adaptive, cmaes, contrastive, real_forward, untrained
from stages.baselines.ascent import climb
from stages.baselines.proxy import Proxy
from stages.signature.detect import statistic
from stages.signature.embed import embed
from stages.signature.search.space import bounds, start, to_signature
from tests.baselines.conftest import HEADROOM, PSNR_DB

KEY = b"a key that nothing was learned with"
ONE_CODEC = 28


def mean_z(vector, clips, proxy):
    """The mean score, through the main line's own mark and detector and a proxy of video."""
    signature = to_signature(np.array(vector))
    marks = [
        embed(clip.read(), signature, KEY, psnr_db=PSNR_DB, headroom=HEADROOM) for clip in clips
    ]
    return fmean(statistic(proxy.round_trip(mark), signature, KEY) for mark in marks)


@pytest.fixture
def one_crf(task):
    codecs = task.conditions.codecs[:1]
    return replace(task, conditions=replace(task.conditions, codecs=codecs))


@pytest.mark.parametrize(
    ("method", "proxy"), [(adaptive, Proxy(ONE_CODEC)), (contrastive, Proxy(ONE_CODEC, "hard"))]
)
def test_a_method_learns_on_its_own_proxy(one_crf, small_clips, method, proxy):
    learned = method.learn(one_crf)
    objectives = [step.objective for step in learned.history]
    assert len(objectives) == one_crf.steps
    assert max(objectives) > 1.15 * objectives[0]
    assert learned.encodes == 0
    # With another key, the main line's own embedder, and a clip that it was not shown.
    origin, found = (mean_z(vector, small_clips, proxy) for vector in (start(), learned.vector))
    assert found > 1.1 * origin


@pytest.mark.parametrize("method", [real_forward, cmaes])
def test_a_method_learns_on_the_real_codec_within_its_budget(one_crf, method):
    learned = method.learn(one_crf)
    objectives = [step.objective for step in learned.history]
    assert max(objectives) > objectives[0]
    assert learned.vector == learned.history[int(np.argmax(objectives))].vector
    assert learned.encodes == len(learned.history) * len(one_crf.clips)
    assert learned.encodes <= one_crf.steps * len(one_crf.clips)


def test_every_search_sets_out_from_the_same_point(one_crf):
    short = replace(one_crf, steps=3, population=2)
    starts = {
        m.learn(short).history[0].vector for m in (adaptive, contrastive, real_forward, cmaes)
    }
    assert starts == {tuple(np.round(start(), 6).tolist())}


def test_learning_is_its_seed(one_crf):
    short = replace(one_crf, steps=3)
    assert adaptive.learn(short) == adaptive.learn(short)
    assert untrained.random_spectrum(short) == untrained.random_spectrum(short)
    assert untrained.random_spectrum(short) != untrained.random_spectrum(replace(short, seed=2))


def test_what_is_not_trained_lies_in_the_search_space(one_crf):
    low, high = bounds()
    for method in (untrained.hand_set, untrained.random_spectrum):
        learned = method(one_crf)
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
