"""The search, on objectives whose peak is known, and the rule that confirms its result."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom, t

from stages.signature.embed.conditions import Conditions, ConditionScores
from stages.signature.search.evolution import (
    Evaluated,
    candidate,
    confirmed,
    evolve,
    on_all_clips,
)
from stages.signature.search.space import bounds, hand_set_vector
from stages.video.codec import Codec

START = candidate(hand_set_vector())
CLIPS = 8
EVERY = range(CLIPS)


def toward(target, noise=0.0, seed=0):
    """Make an objective with one peak, on clips of which some are easier, noisy by generation.

    Return it, and a record of the candidates that it was called with.
    """
    record = []
    ease = np.linspace(-5, 5, CLIPS)

    def evaluate(number, assignments):
        record.extend(assignments)
        evaluated = []
        for index, (vector, clips) in enumerate(assignments):
            luck = noise * np.random.default_rng([seed, number, index]).standard_normal(CLIPS)
            scores = -float(np.sum((np.array(vector) - target) ** 2)) + ease + luck
            rates = tuple(scores[list(clips)])
            evaluated.append(Evaluated(vector, rates, rates, float(np.mean(rates))))
        return evaluated

    return evaluate, record


def search(target, seed=3, population=24, generations=60, noise=0.0):
    evaluate, record = toward(target, noise)
    result = evolve(
        evaluate, hand_set_vector(), clips=CLIPS, clips_per_candidate=1, population=population,
        generations=generations, sigma=0.3, seed=seed,
    )  # fmt: skip
    return result, confirmed(*evaluate(0, [(START, EVERY), (result.vector, EVERY)])), record


def distance(vector, target):
    return float(np.linalg.norm(np.array(vector) - target))


def test_the_search_climbs_to_the_peak_though_clips_differ():
    _, high = bounds()
    target = hand_set_vector() + 0.25 * np.minimum(high - hand_set_vector(), 1) - 0.1
    result, best, _ = search(target)
    assert {generation.x0.vector for generation in result.history} == {START}
    assert result.history[0].mean.vector == START
    assert best.vector == result.vector
    assert np.abs(np.array(best.vector) - target).max() < 0.1


def test_every_clip_has_its_turn_and_x0_and_the_mean_have_them_all():
    _, _, record = search(hand_set_vector() + 0.1, generations=1)
    (_, of_x0), (_, of_mean), *turns = record[: 2 + 24]
    assert list(of_x0) == list(of_mean) == list(EVERY)
    assert [clip for _, (clip,) in turns] == 3 * list(EVERY)


def test_an_objective_is_the_lead_on_own_clips_and_what_the_clips_are_cancels():
    assignments = [((0.0,), (0, 1, 2)), ((1.0,), (0,)), ((2.0,), (2,))]
    scores = [(0.1, 0.5, 0.9), (0.2,), (0.7,)]
    evaluated = [
        Evaluated(vector, rates, rates, float(np.mean(rates)))
        for (vector, _), rates in zip(assignments, scores, strict=True)
    ]
    # The clips' means are 0.15, 0.5 and 0.8, and theirs is 1.45 / 3.
    mean = 1.45 / 3
    objectives = [look.objective for look in on_all_clips(evaluated, assignments)]
    assert objectives == pytest.approx(
        [0.5 + 0.05 / 3 - 0.05 / 3, mean + 0.05, mean - 0.1], abs=2e-6
    )


def test_many_candidates_on_few_clips_come_nearer_through_noise_than_few_on_all():
    """At the same number of looks: what the default population is chosen for."""
    target = hand_set_vector() + 0.15
    near = {}
    for population, each in ((8, 8), (64, 1)):
        ends = []
        for seed in range(1, 7):
            evaluate, _ = toward(target, noise=0.5)
            result = evolve(
                evaluate, hand_set_vector(), clips=CLIPS, clips_per_candidate=each,
                population=population, generations=4, sigma=0.3, seed=seed,
            )  # fmt: skip
            ends.append(distance(result.vector, target))
        near[population] = np.mean(ends)
    assert near[64] < distance(hand_set_vector(), target)
    assert near[64] < 0.8 * near[8]


def test_in_pure_noise_a_result_is_adopted_as_rarely_as_one_standard_error_implies():
    """Count false adoptions over many seeds, against their exact distribution.

    With normal noise that no vector changes, the lead over its standard error on n clips has
    Student's distribution with n - 1 degrees of freedom. So P(lead > 1 standard error) is 17.5% on
    8 clips, and adoptions over seeds are binomial; they must not be more, nor less, often.
    """
    searches, adopted = 200, 0
    for seed in range(1, searches + 1):
        evaluate, _ = toward(0, noise=1.0, seed=seed)
        noise_alone = without_merit(evaluate)
        result = evolve(
            noise_alone, hand_set_vector(), clips=CLIPS, clips_per_candidate=1, population=8,
            generations=2, sigma=0.3, seed=seed,
        )  # fmt: skip
        assert result.vector != START
        # Generation 3 has keys that the search has not seen.
        x0, looked_at = noise_alone(3, [(START, EVERY), (result.vector, EVERY)])
        adopted += confirmed(x0, looked_at) is looked_at
    rate = t.sf(1, CLIPS - 1)
    assert rate == pytest.approx(0.175, abs=0.001)
    assert binom.ppf(0.001, searches, rate) <= adopted <= binom.ppf(0.999, searches, rate)


def without_merit(evaluate):
    """Make an objective of noise and ease alone: every candidate is scored as if it were x0."""

    def scored_alike(number, assignments):
        looks = evaluate(number, [(np.zeros(1), clips) for _, clips in assignments])
        return [
            replace(look, vector=vector)
            for look, (vector, _) in zip(looks, assignments, strict=True)
        ]

    return scored_alike


def test_scores_of_clips_are_counted_with_their_offsets_and_kept_without():
    conditions = Conditions((Codec(crf=28), Codec(crf=45)), threshold=5.0)
    scores = [ConditionScores((8.0, 4.0), 6.0), ConditionScores((9.0, 1.0), 7.0)]
    offsets = [ConditionScores((1.0, 0.5), -0.5), ConditionScores((0.0, 3.0), 1.0)]
    look = Evaluated.of(START, scores, conditions, offsets)
    assert look.z == (8.0, 4.0, 6.0, 9.0, 1.0, 7.0)
    expected = [conditions.soft_detection_rate(z) for z in ([9, 4.5, 5.5], [9, 4, 8])]
    assert look.soft_detection_rate == pytest.approx(expected)
    assert look.objective == pytest.approx(np.mean(expected), abs=1e-6)


def test_looks_under_several_keys_are_one_look_at_each_clip():
    looks = [scored(1.0, 0.2, 0.6), scored(1.0, 0.4, 1.0)]
    joined = Evaluated.over(looks)
    assert joined.soft_detection_rate == pytest.approx((0.3, 0.8))
    assert joined.objective == pytest.approx(0.55)
    assert joined.z == (0.0, 0.0)


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
    _, _, record = search(high + 3, generations=15)
    vectors = np.array([vector for vector, _ in record])
    assert (vectors >= low - 1e-6).all()
    assert (vectors <= high + 1e-6).all()


def test_seed_0_is_refused():
    with pytest.raises(ValueError, match="clock"):
        search(hand_set_vector(), seed=0)
