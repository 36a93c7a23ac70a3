"""The main line's CMA-ES on the real codec, for no more real encodes than `real_forward` has."""

from collections.abc import Sequence

from stages.baselines.task import Learned, Step, Task
from stages.signature.search.evolution import Candidate, Evaluated, best, evolve
from stages.signature.search.objective import Trial, run_trial


def learn(task: Task) -> Learned:
    """As many whole generations as the steps allow, the origin counted.

    Where they allow not one of the population asked for, it is one of as many as they do.
    """
    population = max(2, min(task.population, task.steps - 1))
    history = evolve(
        lambda vectors: _evaluated(task, vectors),
        task.origin,
        population=population,
        generations=max(1, (task.steps - 1) // population),
        sigma=task.sigma,
        seed=task.seed,
    )
    every = [one for generation in history for one in generation.evaluated]
    return Learned(
        best(history).vector,
        tuple(Step(one.vector, one.objective, one.z) for one in every),
        len(every) * len(task.clips) * len(task.conditions.codecs),
    )


def _evaluated(task: Task, vectors: Sequence[Candidate]) -> list[Evaluated]:
    trials = [
        Trial(vector, clip, task.conditions, task.psnr_db, task.headroom, task.seed)
        for vector in vectors
        for clip in task.clips
    ]
    scores = task.spread(run_trial, trials)
    size = len(task.clips)
    evaluated = []
    for index, vector in enumerate(vectors):
        z = [score for found in scores[index * size : (index + 1) * size] for score in found]
        evaluated.append(Evaluated(vector, tuple(z), task.conditions.assurance(z)))
        task.advance(f"(objective {evaluated[-1].objective:.3f})")
    return evaluated
