"""CMA-ES (Hansen and Ostermeier, 2001), by pycma, as a loop that asks and is told."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stages.signature.embed.conditions import Conditions
from stages.signature.search.space import Vector, bounds

Candidate = tuple[float, ...]

# ``z`` of a clip under every condition.
Scores = Sequence[float]


@dataclass(frozen=True)
class Evaluated:
    """A candidate and what it scored.

    Attributes
    ----------
    z : under every condition, of each clip, as it was measured.
    soft_detection_rate : of each clip, baseline_offset counted.
    objective : the mean soft_detection_rate, or what it would be on all clips; larger is better.
    """

    vector: Candidate
    z: tuple[float, ...]
    soft_detection_rate: tuple[float, ...]
    objective: float

    @classmethod
    def of(
        cls,
        vector: Candidate,
        scores: Sequence[Scores],
        conditions: Conditions,
        baseline_offset: Sequence[Scores] | None = None,
    ) -> "Evaluated":
        """From what a candidate scored on each clip, under each condition, with its baseline_offset."""
        with_offset = scores if baseline_offset is None else np.add(scores, baseline_offset)
        soft_detection_rate = tuple(
            conditions.soft_detection_rate(of_clip) for of_clip in with_offset
        )
        z = tuple(score for of_clip in scores for score in of_clip)
        return cls(vector, z, soft_detection_rate, round(fmean(soft_detection_rate), 6))

    @classmethod
    def over(cls, looks: Sequence["Evaluated"]) -> "Evaluated":
        """Of several looks at the same clips, a key each: the soft_detection_rate of a clip is the mean."""
        soft_detection_rate = tuple(
            fmean(of_clip)
            for of_clip in zip(*(one.soft_detection_rate for one in looks), strict=True)
        )
        z = tuple(score for one in looks for score in one.z)
        return cls(looks[0].vector, z, soft_detection_rate, round(fmean(soft_detection_rate), 6))


@dataclass(frozen=True)
class Generation:
    """One step of the search.

    Attributes
    ----------
    x0, mean : of the whole search, and of this generation's distribution, on all clips.
    evaluated : the candidates, each on its own clips.
    """

    number: int
    x0: Evaluated
    mean: Evaluated
    evaluated: tuple[Evaluated, ...]
    sigma: float


class Found(NamedTuple):
    """The history of a search, and where it leads to."""

    history: list[Generation]
    vector: Candidate


# A candidate, and the places of the clips that it is tried on.
Tried = tuple[Candidate, Sequence[int]]
# Scores them under the keys of a generation, which are its own.
Evaluate = Callable[[int, Sequence[Tried]], list[Evaluated]]


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
) -> Found:
    """Search from the hand-set ``x0``, on so many ``clips``.

    The variant is separable CMA-ES (Ros and Hansen, 2008): it learns faster on a small budget,
    and draws its candidates without an eigendecomposition, whose vectors are not unique and would
    tie the result to a processor's arithmetic.

    A score is noisy: with other keys it is another. So every generation has keys of its own, which
    none can be fitted to; many candidates are each tried on few clips, in turn, for a mean over
    many moves the more surely, the more it is of (Arnold and Beyer, 2002); and what is found is
    the mean of the last generation's distribution, not the luckiest of the candidates.
    """
    if seed < 1:
        raise ValueError(f"seed must be at least 1, for cma takes 0 for the clock: {seed}")
    import cma  # noqa: PLC0415 (it takes a second, and workers, who import this file, need none)

    low, high = bounds()
    options: dict[str, Any] = {
        "seed": seed, "popsize": population, "bounds": [low.tolist(), high.tolist()],
        "CMA_diagonal": True, "maxiter": math.inf, "verbose": -9, "verb_log": 0,
    }  # fmt: skip
    search = cma.CMAEvolutionStrategy(x0, sigma, options)
    places = turns(population, clips, clips_per_candidate)
    history = []
    for number in range(1, generations + 1):
        mean, asked = candidate(search.result.xfavorite), search.ask()
        tried = [(candidate(vector), turn) for vector, turn in zip(asked, places, strict=True)]
        whole: list[Tried] = [(vector, range(clips)) for vector in (candidate(x0), mean)]
        asked_for = [*whole, *tried]
        start, centre, *others = on_all_clips(evaluate(number, asked_for), asked_for)
        search.tell(asked, [-one.objective for one in others])
        history.append(Generation(number, start, centre, tuple(others), float(search.sigma)))
    return Found(history, candidate(search.result.xfavorite))


def turns(population: int, clips: int, clips_per_candidate: int) -> list[tuple[int, ...]]:
    """The clips of each candidate of a generation: the next few, round and round."""
    each = min(clips_per_candidate, clips)
    return [
        tuple((each * number + more) % clips for more in range(each))
        for number in range(population)
    ]


def on_all_clips(evaluated: Sequence[Evaluated], tried: Sequence[Tried]) -> list[Evaluated]:
    """What each would have scored on all clips, if some are easy, others hard, and no more to it.

    It is ahead of, or behind, the mean of what was tried on its clips: that is its own merit.
    """
    by_clip: dict[int, list[float]] = {}
    for one, (_, clips) in zip(evaluated, tried, strict=True):
        for clip, soft_detection_rate in zip(clips, one.soft_detection_rate, strict=True):
            by_clip.setdefault(clip, []).append(soft_detection_rate)
    level = {clip: fmean(found) for clip, found in by_clip.items()}
    return [
        replace(
            one,
            objective=round(
                fmean(level.values())
                + fmean(one.soft_detection_rate)
                - fmean(level[clip] for clip in clips),
                6,
            ),
        )
        for one, (_, clips) in zip(evaluated, tried, strict=True)
    ]


def confirmed(x0: Evaluated, found: Evaluated) -> Evaluated:
    """What was found, if it is ahead of the x0 by more than it may be by chance.

    Chance is the standard error of the lead over the clips, each compared with itself.
    """
    leads = np.subtract(found.soft_detection_rate, x0.soft_detection_rate)
    return found if np.mean(leads) > _standard_error(leads) else x0


def _standard_error(values: NDArray[np.float64]) -> float:
    """Of the mean; of a single value nothing is known."""
    count = len(values)
    return float(np.std(values, ddof=1)) / math.sqrt(count) if count > 1 else math.inf


def candidate(vector: Vector) -> Candidate:
    """A vector rounded, so that the last bit of a float cannot change a run."""
    return tuple(float(value) for value in np.round(vector, 6))
