"""CMA-ES (Hansen and Ostermeier, 2001), by pycma, as a loop over generations of candidates."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stages.signature.embed.conditions import Conditions, ConditionScores
from stages.signature.search.space import Vector, bounds

Candidate = tuple[float, ...]


@dataclass(frozen=True)
class Evaluated:
    """A candidate and its scores.

    Attributes
    ----------
    z : under every condition, of each clip, as it was measured.
    soft_detection_rate : of each clip, with its baseline offset.
    objective : the mean soft detection rate, or what it would be on all clips; larger is better.
    """

    vector: Candidate
    z: tuple[float, ...]
    soft_detection_rate: tuple[float, ...]
    objective: float

    @classmethod
    def of(
        cls,
        vector: Candidate,
        scores: Sequence[ConditionScores],
        conditions: Conditions,
        baseline_offsets: Sequence[ConditionScores] | None = None,
    ) -> "Evaluated":
        """Evaluate a candidate by its scores on each clip, and the baseline offset of each."""
        with_offset = scores
        if baseline_offsets is not None:
            pairs = zip(scores, baseline_offsets, strict=True)
            with_offset = [of_clip + offset for of_clip, offset in pairs]
        soft_detection_rate = tuple(
            conditions.soft_detection_rate(of_clip.values) for of_clip in with_offset
        )
        z = tuple(score for of_clip in scores for score in of_clip.values)
        return cls(vector, z, soft_detection_rate, round(fmean(soft_detection_rate), 6))

    @classmethod
    def over(cls, looks: Sequence["Evaluated"]) -> "Evaluated":
        """Join looks at the same clips, a key each, into one, with each clip's mean rate."""
        soft_detection_rate = tuple(
            fmean(of_clip)
            for of_clip in zip(*(look.soft_detection_rate for look in looks), strict=True)
        )
        z = tuple(score for look in looks for score in look.z)
        return cls(looks[0].vector, z, soft_detection_rate, round(fmean(soft_detection_rate), 6))


@dataclass(frozen=True)
class Generation:
    """One step of the search.

    Attributes
    ----------
    number : from 1.
    x0, mean : of the whole search, and of this generation's distribution, on all clips.
    evaluated : the candidates, each on its own clips.
    sigma : the step size after it.
    """

    number: int
    x0: Evaluated
    mean: Evaluated
    evaluated: tuple[Evaluated, ...]
    sigma: float


class SearchResult(NamedTuple):
    """The generations of a search, and the mean of its last distribution."""

    history: list[Generation]
    vector: Candidate


# A candidate, and the indices of the clips that it is tried on.
Assignment = tuple[Candidate, Sequence[int]]
# Scores candidates under the keys of a generation, given by its number.
Evaluate = Callable[[int, Sequence[Assignment]], list[Evaluated]]


def evolve(
    evaluate: Evaluate,
    x0: Vector,
    *,
    clips: int,
    clips_per_candidate: int,
    population: int,
    generations: int,
    sigma: float,
    seed: int,
) -> SearchResult:
    """Search from the hand-set ``x0``, on so many ``clips``.

    The variant is separable CMA-ES (Ros and Hansen, 2008): it learns faster on a small budget,
    and draws its candidates without an eigendecomposition, whose vectors are not unique and would
    tie the result to a processor's arithmetic.

    A score is noisy: with other keys it is another. So every generation has keys of its own, which
    none can be fitted to; many candidates are each tried on few clips, in turn, for a mean over
    many moves the more surely, the more it is of (Arnold and Beyer, 2002); and the result is
    the mean of the last generation's distribution, not the luckiest of the candidates.

    Raises ``ValueError`` for a seed below 1.
    """
    if seed < 1:
        raise ValueError(f"seed must be at least 1, for cma takes 0 for the clock: {seed}")
    import cma  # noqa: PLC0415 (it takes a second, and workers, who import this file, need none)

    low, high = bounds()
    options: dict[str, Any] = {
        "seed": seed, "popsize": population, "bounds": [low.tolist(), high.tolist()],
        "CMA_diagonal": True, "maxiter": math.inf, "verbose": -9, "verb_log": 0,
    }  # fmt: skip
    strategy = cma.CMAEvolutionStrategy(x0, sigma, options)
    places = turns(population, clips, clips_per_candidate)
    history = []
    for number in range(1, generations + 1):
        mean, drawn = candidate(strategy.result.xfavorite), strategy.ask()
        assignments: list[Assignment] = [
            *((vector, range(clips)) for vector in (candidate(x0), mean)),
            *((candidate(vector), turn) for vector, turn in zip(drawn, places, strict=True)),
        ]
        at_x0, at_mean, *evaluated = on_all_clips(evaluate(number, assignments), assignments)
        strategy.tell(drawn, [-look.objective for look in evaluated])
        step = Generation(number, at_x0, at_mean, tuple(evaluated), float(strategy.sigma))
        history.append(step)
    return SearchResult(history, candidate(strategy.result.xfavorite))


def turns(population: int, clips: int, clips_per_candidate: int) -> list[tuple[int, ...]]:
    """Assign clips to each candidate of a generation: the next few, round and round."""
    each = min(clips_per_candidate, clips)
    return [
        tuple((each * number + more) % clips for more in range(each))
        for number in range(population)
    ]


def on_all_clips(
    evaluated: Sequence[Evaluated], assignments: Sequence[Assignment]
) -> list[Evaluated]:
    """Estimate each candidate's objective on all clips, as if clips differed by an offset alone.

    With the mean rate ``m(c)`` of all candidates that were tried on a clip ``c``, it is the mean of
    ``m`` over all clips, plus the candidate's lead over ``m`` on its own.
    """
    by_clip: dict[int, list[float]] = {}
    for look, (_, clips) in zip(evaluated, assignments, strict=True):
        for clip, rate in zip(clips, look.soft_detection_rate, strict=True):
            by_clip.setdefault(clip, []).append(rate)
    level = {clip: fmean(rates) for clip, rates in by_clip.items()}
    return [
        replace(
            look,
            objective=round(
                fmean(level.values())
                + fmean(look.soft_detection_rate)
                - fmean(level[clip] for clip in clips),
                6,
            ),
        )
        for look, (_, clips) in zip(evaluated, assignments, strict=True)
    ]


def confirmed(x0: Evaluated, result: Evaluated) -> Evaluated:
    """Return the result of a search if it leads ``x0`` by more than it may by chance, else ``x0``.

    Chance is the standard error of the lead over the clips, each compared with itself.
    """
    leads = np.subtract(result.soft_detection_rate, x0.soft_detection_rate)
    return result if np.mean(leads) > _standard_error(leads) else x0


def _standard_error(values: NDArray[np.float64]) -> float:
    """Estimate the standard error of the mean; for a single value it is infinite."""
    count = len(values)
    return float(np.std(values, ddof=1)) / math.sqrt(count) if count > 1 else math.inf


def candidate(vector: Vector) -> Candidate:
    """Round a vector, so that the last bit of a float cannot change a run."""
    return tuple(float(value) for value in np.round(vector, 6))
