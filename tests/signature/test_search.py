import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.common.errors import AfterimageError
from stages.pipeline.journal import Journal
from stages.signature.model.spectrum import load_signature
from stages.signature.search.evolution import (
    Evaluated,
    candidate,
    confirmed,
    evolve,
    on_all_clips,
)
from stages.signature.search.space import (
    COORDINATES,
    PRESETS,
    bounds,
    hand_set_vector,
    to_signature,
)

START = candidate(hand_set_vector())
anywhere = st.lists(st.floats(0, 1), min_size=len(COORDINATES), max_size=len(COORDINATES))


@given(anywhere, st.sampled_from(PRESETS))
def test_every_point_of_the_space_is_a_signature(point, preset):
    low, high = bounds()
    signature = to_signature(low + np.array(point) * (high - low), preset)
    assert sum(carrier.share for carrier in signature.carriers) == pytest.approx(1, abs=1e-4)
    assert min(carrier.share for carrier in signature.carriers) >= 0.01
    assert all(carrier.share > 0 and carrier.width > 0 for carrier in signature.carriers)
    assert len({carrier.address for carrier in signature.carriers}) == len(signature.carriers)


def test_the_start_lies_within_the_bounds():
    low, high = bounds()
    assert (low < hand_set_vector()).all()
    assert (hand_set_vector() < high).all()


def test_colour_rests_on_chroma_and_balanced_on_luma_too():
    planes = {preset: to_signature(hand_set_vector(), preset).carriers for preset in PRESETS}
    assert {carrier.plane for carrier in planes["colour"]} <= {"U", "V"}
    luma = sum(carrier.share for carrier in planes["balanced"] if carrier.plane == "Y")
    assert 0.2 < luma < 0.5


CLIPS = 8
EVERY = range(CLIPS)


def toward(target, noise=0.0):
    """An objective with one peak, on clips of which some are easier, noisy anew each generation.

    And a record of what was asked.
    """
    asked = []
    ease = np.linspace(-5, 5, CLIPS)

    def evaluate(number, tried):
        asked.extend(tried)
        found = []
        for index, (vector, clips) in enumerate(tried):
            luck = noise * np.random.default_rng([number, index]).standard_normal(CLIPS)
            scores = -float(np.sum((np.array(vector) - target) ** 2)) + ease + luck
            own = tuple(scores[list(clips)])
            found.append(Evaluated(vector, own, own, float(np.mean(own))))
        return found

    return evaluate, asked


def search(target, seed=3, population=24, generations=60, noise=0.0):
    evaluate, asked = toward(target, noise)
    found = evolve(
        evaluate, hand_set_vector(), clips=CLIPS, clips_per_candidate=1, population=population,
        generations=generations, sigma=0.3, seed=seed,
    )  # fmt: skip
    return found, confirmed(*evaluate(0, [(START, EVERY), (found.vector, EVERY)])), asked


def distance(vector, target):
    return float(np.linalg.norm(np.array(vector) - target))


def test_the_search_climbs_to_the_peak_though_clips_differ():
    _, high = bounds()
    target = hand_set_vector() + 0.25 * np.minimum(high - hand_set_vector(), 1) - 0.1
    found, best, _ = search(target)
    assert {generation.x0.vector for generation in found.history} == {START}
    assert found.history[0].mean.vector == START
    assert best.vector == found.vector
    assert np.abs(np.array(best.vector) - target).max() < 0.1


def test_every_clip_has_its_turn_and_the_start_and_the_middle_have_them_all():
    _, _, asked = search(hand_set_vector() + 0.1, generations=1)
    (_, all_), (_, all_again), *turns = asked[: 2 + 24]
    assert list(all_) == list(all_again) == list(EVERY)
    assert [clip for _, (clip,) in turns] == 3 * list(EVERY)


def test_an_objective_is_the_lead_on_own_clips_and_what_the_clips_are_cancels():
    tried = [((0.0,), (0, 1, 2)), ((1.0,), (0,)), ((2.0,), (2,))]
    scores = [(0.1, 0.5, 0.9), (0.2,), (0.7,)]
    evaluated = [
        Evaluated(vector, own, own, float(np.mean(own)))
        for (vector, _), own in zip(tried, scores, strict=True)
    ]
    # The clips' means are 0.15, 0.5 and 0.8, and theirs is 1.45 / 3.
    mean = 1.45 / 3
    found = [one.objective for one in on_all_clips(evaluated, tried)]
    assert found == pytest.approx([0.5 + 0.05 / 3 - 0.05 / 3, mean + 0.05, mean - 0.1], abs=2e-6)


def test_many_candidates_on_few_clips_come_nearer_through_noise_than_few_on_all():
    """At the same number of looks: what the default population is chosen for."""
    target = hand_set_vector() + 0.15
    near = {}
    for population, each in ((8, 8), (64, 1)):
        ends = []
        for seed in range(1, 7):
            evaluate, _ = toward(target, noise=0.5)
            found = evolve(
                evaluate, hand_set_vector(), clips=CLIPS, clips_per_candidate=each,
                population=population, generations=4, sigma=0.3, seed=seed,
            )  # fmt: skip
            ends.append(distance(found.vector, target))
        near[population] = np.mean(ends)
    assert near[64] < distance(hand_set_vector(), target)
    assert near[64] < 0.8 * near[8]


def test_the_start_is_kept_where_there_is_nothing_but_noise():
    """The luckiest of 144 candidates is far ahead of the start by chance alone."""
    kept = 0
    for seed in range(1, 9):
        found, best, _ = search(hand_set_vector(), seed=seed, generations=6, noise=20.0)
        luckiest = max(
            one.objective - generation.x0.objective
            for generation in found.history
            for one in generation.evaluated
        )
        assert luckiest > 10
        kept += best.vector == START
    assert kept >= 5


def test_looks_under_several_keys_are_one_look_at_each_clip():
    looks = [scored(1.0, 0.2, 0.6), scored(1.0, 0.4, 1.0)]
    found = Evaluated.over(looks)
    assert found.soft_detection_rate == pytest.approx((0.3, 0.8))
    assert found.objective == pytest.approx(0.55)
    assert found.z == (0.0, 0.0)


def scored(name, *soft_detection_rate):
    return Evaluated((name,), (0.0,), soft_detection_rate, float(np.mean(soft_detection_rate)))


def test_a_lead_within_its_standard_error_confirms_nothing():
    first = scored(0.0, 0.5, 0.5, 0.5, 0.5)
    lucky = scored(1.0, 0.9, 0.5, 0.5, 0.5)  # ahead by 0.1, with a standard error of 0.1
    steady = scored(2.0, 0.56, 0.54, 0.56, 0.54)  # ahead by 0.05, with one of 0.006
    assert confirmed(first, lucky) is first
    assert confirmed(first, steady) is steady
    assert confirmed(scored(0.0, 0.5), scored(1.0, 0.9)).vector == (0.0,)


def test_the_search_is_its_seed():
    target = hand_set_vector() + 0.1
    assert search(target, generations=4)[2] == search(target, generations=4)[2]
    assert search(target, generations=4)[2] != search(target, seed=4, generations=4)[2]


def test_candidates_stay_within_the_bounds():
    low, high = bounds()
    _, _, asked = search(high + 3, generations=15)
    vectors = np.array([vector for vector, _ in asked])
    assert (vectors >= low - 1e-6).all()
    assert (vectors <= high + 1e-6).all()


def test_seed_0_is_refused():
    with pytest.raises(ValueError, match="clock"):
        search(hand_set_vector(), seed=0)


def test_a_journal_survives_a_kill_in_the_middle_of_a_line(tmp_path):
    path = tmp_path / "journal"
    journal = Journal(path)
    journal.add((1.0, 0.1), [3.0, 4.5])
    journal.add((2.0, 0.2), [5.0])
    whole = path.read_text()
    for cut in range(len(whole)):
        path.write_text(whole[:cut])
        Journal(path).add((9.0,), [9.0])
        again = Journal(path)
        assert again.get((9.0,)) == [9.0]
        first = len(whole.splitlines()[0])
        assert (again.get((1.0, 0.1)) is not None) == (cut >= first)
        assert (again.get((2.0, 0.2)) is not None) == (cut >= len(whole) - 1)
        assert all(json.loads(line) for line in path.read_text().splitlines())


@pytest.mark.parametrize("content", ["", "[]", '{"carriers": [{"plane": "Y"}]}', "no json"])
def test_a_broken_signature_file_is_named(tmp_path, content):
    (tmp_path / "signature.json").write_text(content)
    with pytest.raises(AfterimageError, match=r"signature\.json: not a signature"):
        load_signature(tmp_path / "signature.json")
