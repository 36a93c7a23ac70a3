"""Gradient ascent on the search vector, by Adam (Kingma and Ba, 2015), within its bounds."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from stages.baselines.autodiff import grad
from stages.baselines.channel import DifferentiableChannel
from stages.baselines.task import SearchStep, Task
from stages.baselines.trial import TracedScores, TracedTrial, run_traced_trial
from stages.common.errors import AfterimageError
from stages.signature.search.evolution import candidate
from stages.signature.search.space import Vector, bounds

# Of marked and of unmarked scores, larger is better; autograd can follow.
Objective = Callable[[Any, Any], Any]

# Adam's beta 1, beta 2 and epsilon.
_BETA_1, _BETA_2, _EPSILON = 0.9, 0.999, 1e-8
_DECIMALS = 9


def climb(
    task: Task,
    channels: tuple[DifferentiableChannel, ...],
    objective: Objective,
    *,
    unmarked: bool = False,
) -> tuple[SearchStep, ...]:
    """Climb the objective, and return every step; the first is at ``task.x0``.

    ``unmarked`` asks for the scores of the clips without a mark as well.
    """
    vector, mean, square = task.x0, np.zeros(len(task.x0)), np.zeros(len(task.x0))
    low, high = bounds()
    history: list[SearchStep] = []
    for number in range(1, task.steps + 1):
        trials = _trials(task, candidate(vector), channels, unmarked=unmarked)
        step, slope = _differentiate(trials, objective, task)
        history.append(step)
        task.advance(f"(objective {step.objective:.3f})")
        mean = _BETA_1 * mean + (1 - _BETA_1) * slope
        square = _BETA_2 * square + (1 - _BETA_2) * slope**2
        direction = (mean / (1 - _BETA_1**number)) / (
            np.sqrt(square / (1 - _BETA_2**number)) + _EPSILON
        )
        vector = np.clip(np.array(step.vector) + task.learning_rate * direction, low, high)
    return tuple(history)


def _trials(
    task: Task,
    vector: tuple[float, ...],
    channels: tuple[DifferentiableChannel, ...],
    *,
    unmarked: bool,
) -> list[TracedTrial]:
    """List the trials of a vector on every clip, marked, then unmarked if that is asked for."""
    marked = [
        TracedTrial(vector, task.preset, clip, channels, task.distortion, task.seed)
        for clip in task.clips
    ]
    plain = [replace(trial, marked=False) for trial in marked] if unmarked else []
    return [*marked, *plain]


def _differentiate(
    trials: Sequence[TracedTrial], objective: Objective, task: Task
) -> tuple[SearchStep, Vector]:
    """Compute the objective at the vector of some trials, and its slope by the vector."""
    scores: list[TracedScores] = task.map_clips(run_traced_trial, trials, lambda trial: trial.clip)
    vector = trials[0].vector
    populations = (
        [of_clip for trial, of_clip in zip(trials, scores, strict=True) if trial.marked == marked]
        for marked in (True, False)
    )
    z, slopes = zip(
        *(_concatenate(population, len(vector)) for population in populations), strict=True
    )
    slope = sum(grad(objective, which)(*z) @ slopes[which] for which in range(2) if len(z[which]))
    step = SearchStep(vector, round(float(objective(*z)), 6), tuple(z[0].tolist()))
    if not np.isfinite(step.objective):
        raise AfterimageError(f"gradient ascent: the objective is {step.objective}; z: {step.z}")
    return step, np.asarray(np.round(slope, _DECIMALS), np.float64)


def _concatenate(population: Sequence[TracedScores], size: int) -> tuple[Vector, Vector]:
    """Join the scores of many clips [shape=(n,)], and their slopes [shape=(n, size)]."""
    return (
        np.concatenate([np.zeros(0), *(of_clip.z for of_clip in population)]),
        np.concatenate([np.zeros((0, size)), *(of_clip.slopes for of_clip in population)]),
    )
