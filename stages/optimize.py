"""Search the spectrum whose mark survives the real codec best, on training clips alone."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from stages.errors import AfterimageError
from stages.files import write_text
from stages.marking import conditions, headroom
from stages.pipeline import layout
from stages.pipeline.executor import FileExecutor
from stages.pipeline.journal import Journal
from stages.pipeline.metrics import write_metrics, write_table
from stages.pipeline.params import Optimize, Params
from stages.pipeline.progress import Progress, progress
from stages.pipeline.scratch import Scratch, digest, file_digest
from stages.pipeline.stage import run
from stages.pipeline.workers import in_order, workers
from stages.signature.adaptation import Adaptation
from stages.signature.conditions import Conditions
from stages.signature.search.evolution import (
    CONFIRMATION,
    FINALISTS,
    Candidate,
    Evaluated,
    Generation,
    confirmed,
    evolve,
)
from stages.signature.search.objective import Trial, run_trial, settle
from stages.signature.search.space import start, to_signature
from stages.video.clips import Clip, of_split, read_manifest, spread
from stages.video.ffmpeg import version

# By the number of the generation, the place of the clip, and the candidate.
Trials = dict[tuple[float, ...], Trial]
# What a function makes of each of some trials.
Results = Callable[[Callable[[Trial], Any], Trials], Iterator[Any]]
Settled = tuple[Clip, Adaptation]

# The keys under which the start's closed loop is run.
SETTLING = -1


def main(params: Params) -> None:
    scratch = Scratch("optimize")
    clips = of_split(read_manifest(layout.MANIFEST), "train")
    if not clips:
        raise AfterimageError(f"{layout.MANIFEST}: no natural clip to train on")
    journal = Journal(scratch.path(f"{_digest(params, clips)}.jsonl"))
    with workers() as pool:
        history, finalists = search(params, clips, pool, journal)
    start, found = finalists[0], confirmed(finalists)
    signature = to_signature(np.array(found.vector), params.signature.preset)
    write_text(layout.SIGNATURE, signature.to_json())
    write_table(layout.OPTIMIZE_HISTORY, [_row(generation) for generation in history])
    write_metrics(
        layout.metrics("optimize"),
        {
            "evaluations": evaluations(params.optimize),
            "generations": params.optimize.generations,
            "objective_initial": start.objective,
            "objective_best": found.objective,
            "train_z_median": median(found.z),
            "train_z_min": min(found.z),
        },
    )
    scratch.clear()


def evaluations(settings: Optimize) -> int:
    """How many candidates are scored: the start in every generation, and the finalists."""
    return settings.generations * (1 + settings.population) + FINALISTS


def search(
    params: Params, clips: list[Clip], pool: FileExecutor, journal: Journal
) -> tuple[list[Generation], list[Evaluated]]:
    """The generations, and the finalists marked as they are to be used: with the closed loop.

    Candidates are marked without it, but to where it put the start's mark on the same clip.
    """
    settings = params.optimize
    results = partial(journaled, pool, journal)
    searched = settled(params, spread(clips, settings.clips), results)
    finals = spread(clips, settings.finalist_clips)
    with progress("optimize", evaluations(settings), "candidates") as advance:
        evaluator = Evaluator(params, searched, finals, results, advance)
        history, finalists = evolve(
            evaluator,
            start(),
            population=settings.population,
            generations=settings.generations,
            sigma=settings.sigma,
            seed=settings.seed,
        )
        return history, evaluator(CONFIRMATION, finalists)


def bracket(params: Params) -> Conditions:
    """The mildest of the conditions, and the one in their middle, where most is undecided."""
    wanted = conditions(params.compress, params.signature)
    codecs = (wanted.mildest, wanted.codecs[len(wanted.codecs) // 2])
    return replace(wanted, codecs=tuple(dict.fromkeys(codecs)))


def settled(params: Params, clips: list[Clip], results: Results) -> list[Settled]:
    """Each clip, and where the closed loop puts the start's mark on it."""
    origin, rounds = tuple(start().tolist()), params.signature.closed_loop
    asked: Trials = {
        (SETTLING, index): trial(params, SETTLING, origin, clip, rounds=rounds)
        for index, clip in enumerate(clips)
    }
    found = []
    with progress("optimize: closed loop of the start", len(clips), "clips") as advance:
        for clip, result in zip(clips, results(settle, asked), strict=True):
            found.append((clip, Adaptation(**result)))
            advance()
    return found


def trial(params: Params, number: int, vector: Candidate, clip: Clip, **how: Any) -> Trial:
    """A candidate on a clip, under the keys of a generation."""
    return Trial(
        vector=vector,
        preset=params.signature.preset,
        clip=clip,
        conditions=bracket(params),
        psnr_db=params.signature.psnr_db,
        headroom=headroom(params.signature),
        purpose=f"training seed {params.optimize.seed}, generation {number}",
        **how,
    )


def journaled(
    pool: FileExecutor,
    journal: Journal,
    function: Callable[[Trial], Any],
    trials: Trials,
) -> Iterator[Any]:
    """The result of each trial: from the journal, or from the pool, and then journaled."""
    missing = {asked: one for asked, one in trials.items() if journal.get(asked) is None}
    results = in_order(pool, function, missing.values(), reads=_clip_file)
    for asked in trials:
        if asked in missing:
            journal.add(asked, next(results))
        yield journal.get(asked)


class Evaluator:
    """Scores candidates, in parallel and through the journal.

    Those of a generation on the clips of the search, with the same adaptations and keys; the
    finalists on clips of their own, each with a closed loop.
    """

    def __init__(
        self,
        params: Params,
        searched: list[Settled],
        finals: list[Clip],
        results: Results,
        advance: Progress,
    ) -> None:
        self._params = params
        self._searched = searched
        self._finals = finals
        self._results = results
        self._advance = advance
        self._best = -math.inf

    def __call__(self, number: int, vectors: Sequence[Candidate]) -> list[Evaluated]:
        """Scores under the keys of a generation, or those of the ``CONFIRMATION``."""
        asked: Trials = {
            (number, index, *vector): one
            for vector in vectors
            for index, one in enumerate(self._trials(number, vector))
        }
        results = self._results(run_trial, asked)
        clips = len(asked) // len(set(vectors))
        found: dict[Candidate, Evaluated] = {}
        for vector in vectors:
            if vector not in found:
                scores = list(islice(results, clips))
                found[vector] = Evaluated.of(vector, scores, bracket(self._params))
            self._best = max(self._best, found[vector].objective)
            self._advance(f"(best objective {self._best:.3f})")
        return [found[vector] for vector in vectors]

    def _trials(self, number: int, vector: Candidate) -> list[Trial]:
        if number == CONFIRMATION:
            rounds = self._params.signature.closed_loop
            return [
                trial(self._params, number, vector, clip, rounds=rounds) for clip in self._finals
            ]
        return [
            trial(self._params, number, vector, clip, adaptation=adaptation)
            for clip, adaptation in self._searched
        ]


def _clip_file(trial: Trial) -> list[Path]:
    """What ``run_trial`` reads."""
    return [Path(trial.clip.path)]


def _digest(params: Params, clips: Sequence[Clip]) -> str:
    """Everything that a candidate's scores depend on, but for the candidate."""
    return digest(
        asdict(bracket(params)),
        params.signature.preset,
        params.signature.psnr_db,
        params.signature.closed_loop,
        asdict(headroom(params.signature)),
        params.optimize.seed,
        [(asdict(clip), file_digest(Path(clip.path))) for clip in clips],
        version(),
    )


def _row(generation: Generation) -> dict[str, float]:
    objectives = [candidate.objective for candidate in generation.evaluated]
    return {
        "generation": generation.number,
        "objective_start": generation.origin.objective,
        "objective_best": generation.best.objective,
        "objective_median": median(objectives),
        "z_median": median(generation.best.z),
        "z_min": min(generation.best.z),
        "sigma": generation.sigma,
    }


if __name__ == "__main__":
    run(main)
