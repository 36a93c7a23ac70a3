"""The main line's CMA-ES on the real codec, for no more real encodes than `real_forward` has."""

from collections.abc import Sequence

from stages.baselines.task import Learned, Step, Task
from stages.signature.search.evolution import (
    CONFIRMATION,
    FINALISTS,
    Candidate,
    Evaluated,
    confirmed,
    evolve,
)
from stages.signature.search.objective import Trial, run_trial


def learn(task: Task) -> Learned:
    """As many whole generations as the steps allow, the origin in each and the finalists counted.

    Where they allow not one of the population asked for, it is one of as many as they do.
    """
    allowed = task.steps - FINALISTS
    population = max(2, min(task.population, allowed - 1))
    history, finalists = evolve(
        lambda number, vectors: _evaluated(task, number, vectors),
        task.origin,
        population=population,
        generations=max(1, allowed // (population + 1)),
        sigma=task.sigma,
        seed=task.seed,
    )
    scored = _evaluated(task, CONFIRMATION, finalists)
    every = [one for generation in history for one in (generation.origin, *generation.evaluated)]
    every += scored
    return Learned(
        confirmed(scored).vector,
        tuple(Step(one.vector, one.objective, one.z) for one in every),
        len(every) * len(task.clips) * len(task.conditions.codecs),
    )


def _evaluated(task: Task, number: int, vectors: Sequence[Candidate]) -> list[Evaluated]:
    purpose = f"training seed {task.seed}, generation {number}"
    trials = [
        Trial(vector, task.preset, clip, task.conditions, task.psnr_db, task.headroom, purpose)
        for vector in vectors
        for clip in task.clips
    ]
    scores = task.spread(run_trial, trials)
    size = len(task.clips)
    evaluated = []
    for index, vector in enumerate(vectors):
        own = scores[index * size : (index + 1) * size]
        evaluated.append(Evaluated.of(vector, own, task.conditions))
        task.advance(f"(objective {evaluated[-1].objective:.3f})")
    return evaluated
