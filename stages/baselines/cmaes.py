"""The main line's CMA-ES on the real codec, for no more real encodes than `real_forward` has."""

from collections.abc import Sequence

from stages.baselines.task import Learned, Step, Task
from stages.signature.search.evolution import (
    Evaluated,
    Tried,
    candidate,
    confirmed,
    evolve,
)
from stages.signature.search.objective import Trial, run_trial


def learn(task: Task) -> Learned:
    """As many whole generations as the budget allows, candidates on a clip each.

    Where it allows not one of the population asked for, it is one of as many as it does.
    """
    clips = len(task.clips)
    # Of start and middle in each generation, and of start and found in the end.
    pair = 2 * clips
    allowed = task.steps * clips - pair
    population = max(2, min(task.population, allowed - pair))
    looks = Looks(task)
    history, vector = evolve(
        looks,
        task.origin,
        clips=clips,
        clips_per_candidate=1,
        population=population,
        generations=max(1, allowed // (population + pair)),
        sigma=task.sigma,
        seed=task.seed,
    )
    whole = range(clips)
    tried = [(candidate(task.origin), whole), (vector, whole)]
    origin, found = looks(len(history) + 1, tried)
    steps = [one for generation in history for one in (generation.origin, generation.middle)]
    return Learned(
        confirmed(origin, found).vector,
        tuple(Step(one.vector, one.objective, one.z) for one in [*steps, origin, found]),
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
        scores = iter(task.spread(run_trial, trials))
        evaluated = [
            Evaluated.of(vector, [next(scores) for _ in places], task.conditions)
            for vector, places in tried
        ]
        before, self.count = self.count, self.count + len(trials)
        for _ in range(self.count // len(task.clips) - before // len(task.clips)):
            task.advance(f"(objective {evaluated[1].objective:.3f})")
        return evaluated
