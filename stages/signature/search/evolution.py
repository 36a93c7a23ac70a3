"""CMA-ES (Hansen and Ostermeier, 2001), by pycma, as a loop that asks and is told."""

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from stages.signature.search.space import Vector, bounds

with warnings.catch_warnings():
    # cma misses matplotlib for plots that this project does not make with it.
    warnings.filterwarnings("ignore", message="Could not import matplotlib", category=UserWarning)
    import cma

Candidate = tuple[float, ...]


@dataclass(frozen=True)
class Evaluated:
    """A candidate, what it scored on each clip, and the objective (larger is better)."""

    vector: Candidate
    z: tuple[float, ...]
    objective: float


@dataclass(frozen=True)
class Generation:
    """One step of the search; generation 0 is the start alone."""

    number: int
    evaluated: tuple[Evaluated, ...]
    sigma: float


Evaluate = Callable[[Sequence[Candidate]], list[Evaluated]]


def evolve(
    evaluate: Evaluate,
    origin: Vector,
    *,
    population: int,
    generations: int,
    sigma: float,
    seed: int,
) -> list[Generation]:
    """Search from the hand-set ``origin``; the history of every generation, in order.

    The variant is separable CMA-ES (Ros and Hansen, 2008): it learns faster on a small budget,
    and draws its candidates without an eigendecomposition, whose vectors are not unique and would
    tie the result to a processor's arithmetic.
    """
    if seed < 1:
        raise ValueError(f"seed must be at least 1, for cma takes 0 for the clock: {seed}")
    low, high = bounds()
    options: dict[str, Any] = {
        "seed": seed, "popsize": population, "bounds": [low.tolist(), high.tolist()],
        "CMA_diagonal": True, "maxiter": math.inf, "verbose": -9, "verb_log": 0,
    }  # fmt: skip
    search = cma.CMAEvolutionStrategy(origin, sigma, options)
    history = [Generation(0, tuple(evaluate([_candidate(origin)])), sigma)]
    for number in range(1, generations + 1):
        asked = search.ask()
        evaluated = evaluate([_candidate(vector) for vector in asked])
        search.tell(asked, [-candidate.objective for candidate in evaluated])
        history.append(Generation(number, tuple(evaluated), float(search.sigma)))
    return history


def best(history: Sequence[Generation]) -> Evaluated:
    """The best candidate of all generations; of equals, the earliest."""
    every = [candidate for generation in history for candidate in generation.evaluated]
    return max(every, key=lambda candidate: candidate.objective)


def _candidate(vector: Vector) -> Candidate:
    """Rounded, so that the last bit of a float cannot change a run."""
    return tuple(float(value) for value in np.round(vector, 6))
