"""The main line's CMA-ES on the real codec, for no more real encodes than `real_forward` has."""

import math
from collections.abc import Sequence

from stages.baselines.method import Method, with_our_detector
from stages.baselines.task import Learned, SearchStep, Task
from stages.common.errors import AfterimageError
from stages.signature.search.evolution import (
    Assignment,
    Evaluated,
    candidate,
    confirmed,
    evolve,
)
from stages.signature.search.objective import Trial, run_trial


def learn(task: Task) -> Learned:
    """Run as many generations as the budget allows, and at least one.

    Each candidate sees one clip, and the population takes what the budget leaves.
    """
    clips = len(task.clips)
    # Trials of x0 and the mean in each generation, and of x0 and the result in the end.
    trials_of_pair = 2 * clips
    allowed = task.steps * clips - trials_of_pair
    generations = max(1, allowed // (task.population + trials_of_pair))
    population = allowed // generations - trials_of_pair
    if population < 2:
        needed = math.ceil((2 * trials_of_pair + 2) / clips)
        raise AfterimageError(
            f"baseline.steps = {task.steps}: cmaes needs {needed} or more on {clips} clips"
        )
    evaluate = CountingEvaluator(task)
    history, vector = evolve(
        evaluate,
        task.x0,
        clips=clips,
        clips_per_candidate=1,
        population=population,
        generations=generations,
        sigma=task.sigma,
        seed=task.seed,
    )
    whole = range(clips)
    x0, result = evaluate(len(history) + 1, [(candidate(task.x0), whole), (vector, whole)])
    pairs = [*((generation.x0, generation.mean) for generation in history), (x0, result)]
    return Learned(
        confirmed(x0, result).vector,
        tuple(
            SearchStep(evaluated.vector, evaluated.objective, evaluated.z)
            for pair in pairs
            for evaluated in pair
        ),
        evaluate.count * len(task.conditions.codecs),
    )


class CountingEvaluator:
    """An evaluator of candidates that counts its trials, each of one candidate on one clip."""

    def __init__(self, task: Task) -> None:
        self.count = 0
        self._task = task

    def __call__(self, number: int, assignments: Sequence[Assignment]) -> list[Evaluated]:
        """Score candidates, each on its clips, under the keys of a generation."""
        task = self._task
        purpose = f"training seed {task.seed}, generation {number}"
        trials = [
            Trial(
                vector=vector,
                preset=task.preset,
                clip=task.clips[index],
                conditions=task.conditions,
                distortion=task.distortion,
                purpose=purpose,
            )
            for vector, places in assignments
            for index in places
        ]
        scores = iter(task.map_clips(run_trial, trials, lambda trial: trial.clip))
        evaluated = [
            Evaluated.of(vector, [next(scores) for _ in places], task.conditions)
            for vector, places in assignments
        ]
        before, self.count = self.count, self.count + len(trials)
        for _ in range(self.count // len(task.clips) - before // len(task.clips)):
            task.advance(f"(objective {evaluated[1].objective:.3f})")
        return evaluated


RECORD = Method("CMA-ES on real H.264", with_our_detector(learn))
