"""The main line's CMA-ES on the real codec, for no more real encodes than `real_forward` has."""

import math
from collections.abc import Sequence

from stages.baselines.task import Learned, Step, Task
from stages.common.errors import AfterimageError
from stages.signature.search.evolution import (
    Evaluated,
    Tried,
    candidate,
    confirmed,
    evolve,
)
from stages.signature.search.objective import Trial, run_trial


def learn(task: Task) -> Learned:
    """As many generations of the population asked for as the budget allows, and at least one.

    Candidates see a clip each, and there are as many of them as the budget is good for.
    """
    clips = len(task.clips)
    # Of start and middle in each generation, and of start and found in the end.
    pair = 2 * clips
    allowed = task.steps * clips - pair
    generations = max(1, allowed // (task.population + pair))
    population = allowed // generations - pair
    if population < 2:
        needed = math.ceil((2 * pair + 2) / clips)
        raise AfterimageError(
            f"baseline.steps = {task.steps}: cmaes needs {needed} or more on {clips} clips"
        )
    looks = Looks(task)
    history, vector = evolve(
        looks,
        task.x0,
        clips=clips,
        clips_per_candidate=1,
        population=population,
        generations=generations,
        sigma=task.sigma,
        seed=task.seed,
    )
    whole = range(clips)
    tried = [(candidate(task.x0), whole), (vector, whole)]
    x0, found = looks(len(history) + 1, tried)
    steps = [one for generation in history for one in (generation.x0, generation.mean)]
    return Learned(
        confirmed(x0, found).vector,
        tuple(Step(one.vector, one.objective, one.z) for one in [*steps, x0, found]),
        looks.count * len(task.conditions.codecs),
    )


class Looks:
    """Evaluates candidates, and counts how often one was looked at on a clip."""

    def __init__(self, task: Task) -> None:
        self.count = 0
        self._task = task

    def __call__(self, number: int, tried: Sequence[Tried]) -> list[Evaluated]:
        task = self._task
        purpose = f"training seed {task.seed}, generation {number}"
        trials = [
            Trial(
                vector, task.preset, task.clips[index], task.conditions, task.psnr_db,
                task.headroom, purpose,
            )
            for vector, places in tried
            for index in places
        ]  # fmt: skip
        scores = iter(task.map(run_trial, trials))
        evaluated = [
            Evaluated.of(vector, [next(scores) for _ in places], task.conditions)
            for vector, places in tried
        ]
        before, self.count = self.count, self.count + len(trials)
        for _ in range(self.count // len(task.clips) - before // len(task.clips)):
            task.advance(f"(objective {evaluated[1].objective:.3f})")
        return evaluated
