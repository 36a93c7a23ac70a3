"""CMA-ES (Hansen and Ostermeier, 2001), by pycma, as a loop that asks and is told."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, NamedTuple

import numpy as np

from stages.signature.conditions import Conditions
from stages.signature.search.space import Vector, bounds

Candidate = tuple[float, ...]

# Under this number the finalists are scored, and under its own, from 1, each generation.
CONFIRMATION, FINALISTS = 0, 3


@dataclass(frozen=True)
class Evaluated:
    """A candidate and what it scored.

    Attributes
    ----------
    z : under every condition, of each clip.
    assurance : of each clip.
    objective : the mean assurance; larger is better.
    """

    vector: Candidate
    z: tuple[float, ...]
    assurance: tuple[float, ...]
    objective: float

    @classmethod
    def of(
        cls, vector: Candidate, scores: Sequence[Sequence[float]], conditions: Conditions
    ) -> "Evaluated":
        """From what a candidate scored on each clip, under each condition."""
        assurance = tuple(conditions.assurance(of_clip) for of_clip in scores)
        z = tuple(score for of_clip in scores for score in of_clip)
        return cls(vector, z, assurance, round(fmean(assurance), 6))


@dataclass(frozen=True)
class Generation:
    """One step of the search, and the origin under the same keys as its candidates."""

    number: int
    origin: Evaluated
    evaluated: tuple[Evaluated, ...]
    sigma: float

    @property
    def best(self) -> Evaluated:
        """The best candidate; of equals, the first."""
        return max(self.evaluated, key=lambda candidate: candidate.objective)


class Found(NamedTuple):
    """The history of a search, and what it leads to: the origin first."""

    history: list[Generation]
    finalists: list[Candidate]


# Scores candidates under the keys of a generation, which are its own.
Evaluate = Callable[[int, Sequence[Candidate]], list[Evaluated]]


def evolve(
    evaluate: Evaluate,
    origin: Vector,
    *,
    population: int,
    generations: int,
    sigma: float,
    seed: int,
) -> Found:
    """Search from the hand-set ``origin``.

    The variant is separable CMA-ES (Ros and Hansen, 2008): it learns faster on a small budget,
    and draws its candidates without an eigendecomposition, whose vectors are not unique and would
    tie the result to a processor's arithmetic.

    A score is noisy: with other keys it is another. So every generation has keys of its own, which
    none can be fitted to, and the finalists are not the best of the lucky: beside the origin, they
    are the middle of the last generation's distribution, and the candidate that was furthest
    ahead of the origin under the same keys.
    """
    if seed < 1:
        raise ValueError(f"seed must be at least 1, for cma takes 0 for the clock: {seed}")
    import cma  # noqa: PLC0415 (it takes a second, and workers, who import this file, need none)

    low, high = bounds()
    options: dict[str, Any] = {
        "seed": seed, "popsize": population, "bounds": [low.tolist(), high.tolist()],
        "CMA_diagonal": True, "maxiter": math.inf, "verbose": -9, "verb_log": 0,
    }  # fmt: skip
    search = cma.CMAEvolutionStrategy(origin, sigma, options)
    start, history = _candidate(origin), []
    for number in range(1, generations + 1):
        asked = search.ask()
        first, *others = evaluate(number, [start, *(_candidate(vector) for vector in asked)])
        search.tell(asked, [-candidate.objective for candidate in others])
        history.append(Generation(number, first, tuple(others), float(search.sigma)))
    ahead = max(history, key=lambda one: one.best.objective - one.origin.objective).best
    return Found(history, [start, _candidate(search.result.xfavorite), ahead.vector])


def confirmed(finalists: Sequence[Evaluated]) -> Evaluated:
    """The finalist to trust: the first, unless another is ahead by more than it may be by chance.

    Chance is the standard error of the lead over the clips, each compared with itself.
    """
    first, *others = finalists
    sure = [one for one in others if _lead(one, first) > _standard_error(one, first)]
    return max(sure, key=lambda one: one.objective, default=first)


def _lead(one: Evaluated, other: Evaluated) -> float:
    return float(np.mean(np.subtract(one.assurance, other.assurance)))


def _standard_error(one: Evaluated, other: Evaluated) -> float:
    """Of the lead; of a single clip nothing is known, and no lead is enough."""
    count = len(one.assurance)
    leads = np.subtract(one.assurance, other.assurance)
    return float(np.std(leads, ddof=1)) / math.sqrt(count) if count > 1 else math.inf


def _candidate(vector: Vector) -> Candidate:
    """Rounded, so that the last bit of a float cannot change a run."""
    return tuple(float(value) for value in np.round(vector, 6))
