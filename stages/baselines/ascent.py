"""Gradient ascent on the search vector, by Adam (Kingma and Ba, 2015), within its bounds."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from stages.baselines.autodiff import grad
from stages.baselines.channel import Channel
from stages.baselines.task import Step, Task
from stages.baselines.trial import Outcome, Trial, run_trial
from stages.common.errors import AfterimageError
from stages.signature.search.evolution import candidate
from stages.signature.search.space import Vector, bounds

# Of marked and of unmarked scores, larger is better; autograd can follow.
Objective = Callable[[Any, Any], Any]

_MEMORY, _SQUARE_MEMORY, _TINY = 0.9, 0.999, 1e-8
_DECIMALS = 9


def climb(
    task: Task, channels: tuple[Channel, ...], objective: Objective, *, unmarked: bool = False
) -> tuple[Step, ...]:
    """Every step of the way up; the first is the origin.

    ``unmarked`` asks for the scores of the clips without a mark as well.
    """
    vector, mean, square = task.x0, np.zeros(len(task.x0)), np.zeros(len(task.x0))
    low, high = bounds()
    history: list[Step] = []
    for number in range(1, task.steps + 1):
        step, slope = _looked(task, candidate(vector), channels, objective, unmarked)
        history.append(step)
        task.advance(f"(objective {step.objective:.3f})")
        mean = _MEMORY * mean + (1 - _MEMORY) * slope
        square = _SQUARE_MEMORY * square + (1 - _SQUARE_MEMORY) * slope**2
        direction = (mean / (1 - _MEMORY**number)) / (
            np.sqrt(square / (1 - _SQUARE_MEMORY**number)) + _TINY
        )
        vector = np.clip(np.array(step.vector) + task.learning_rate * direction, low, high)
    return tuple(history)


def _looked(
    task: Task,
    vector: tuple[float, ...],
    channels: tuple[Channel, ...],
    objective: Objective,
    unmarked: bool,
) -> tuple[Step, Vector]:
    """The objective at a vector, and its slope."""
    marked = [
        Trial(vector, task.preset, clip, channels, task.psnr_db, task.headroom, task.seed)
        for clip in task.clips
    ]
    plain = [replace(trial, marked=False) for trial in marked] if unmarked else []
    outcomes: list[Outcome] = task.map(run_trial, [*marked, *plain])
    populations = outcomes[: len(marked)], outcomes[len(marked) :]
    z, slopes = zip(*(_stacked(population, len(vector)) for population in populations), strict=True)
    slope = sum(grad(objective, which)(*z) @ slopes[which] for which in range(2) if len(z[which]))
    step = Step(vector, round(float(objective(*z)), 6), tuple(z[0].tolist()))
    if not np.isfinite(step.objective):
        raise AfterimageError(f"gradient ascent: the objective is {step.objective}; z: {step.z}")
    return step, np.asarray(np.round(slope, _DECIMALS), np.float64)


def _stacked(outcomes: list[Outcome], size: int) -> tuple[Vector, Vector]:
    """Scores one after another [shape=(n,)], and their slopes [shape=(n, size)]."""
    return (
        np.concatenate([np.zeros(0), *(outcome.z for outcome in outcomes)]),
        np.concatenate([np.zeros((0, size)), *(outcome.slopes for outcome in outcomes)]),
    )
