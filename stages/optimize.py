"""Search the spectrum whose mark survives the real codec best, on training clips alone."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from itertools import islice
from pathlib import Path
from statistics import median

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
from stages.signature.search.objective import Trial, run_trial
from stages.signature.search.space import start, to_signature
from stages.video.clips import Clip, of_split, read_manifest, spread
from stages.video.ffmpeg import version


def main(params: Params) -> None:
    settings = params.optimize
    scratch = Scratch("optimize")
    clips = of_split(read_manifest(layout.MANIFEST), "train")
    if not clips:
        raise AfterimageError(f"{layout.MANIFEST}: no natural clip to train on")
    journal = Journal(scratch.path(f"{_digest(params, clips)}.jsonl"))
    with workers() as pool, progress("optimize", evaluations(settings), "candidates") as advance:
        history, finalists = search(params, Evaluator(params, clips, pool, journal, advance))
    start, found = finalists[0], confirmed(finalists)
    signature = to_signature(np.array(found.vector), params.signature.preset)
    write_text(layout.SIGNATURE, signature.to_json())
    write_table(layout.OPTIMIZE_HISTORY, [_row(generation) for generation in history])
    write_metrics(
        layout.metrics("optimize"),
        {
            "evaluations": evaluations(settings),
            "generations": settings.generations,
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


def search(params: Params, evaluator: "Evaluator") -> tuple[list[Generation], list[Evaluated]]:
    """The generations, and the finalists on every training clip, with keys that none has seen."""
    settings = params.optimize
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


class Evaluator:
    """Scores candidates on the same clips with the same keys, in parallel, through the journal."""

    def __init__(
        self,
        params: Params,
        clips: list[Clip],
        pool: FileExecutor,
        journal: Journal,
        advance: Progress,
    ) -> None:
        self._params = params
        self._conditions = bracket(params)
        self._clips = clips
        self._pool = pool
        self._journal = journal
        self._advance = advance
        self._best = -math.inf

    def __call__(self, number: int, vectors: Sequence[Candidate]) -> list[Evaluated]:
        """Scores under the keys of a generation, on its clips, or on all for confirmation."""
        clips = self._clips
        if number != CONFIRMATION:
            clips = spread(clips, self._params.optimize.clips)
        unknown = [
            vector
            for vector in dict.fromkeys(vectors)
            if self._journal.get((number, *vector)) is None
        ]
        trials = (self._trial(number, vector, clip) for vector in unknown for clip in clips)
        scores = in_order(self._pool, run_trial, trials, reads=_clip_file)
        return [self._evaluated(number, vector, len(clips), scores) for vector in vectors]

    def _evaluated(
        self, number: int, vector: Candidate, clips: int, scores: Iterator[tuple[float, ...]]
    ) -> Evaluated:
        z = self._journal.get((number, *vector))
        if z is None:
            z = [score for of_clip in islice(scores, clips) for score in of_clip]
            self._journal.add((number, *vector), z)
        found = Evaluated.of(vector, np.reshape(z, (clips, -1)).tolist(), self._conditions)
        self._best = max(self._best, found.objective)
        self._advance(f"(best objective {self._best:.3f})")
        return found

    def _trial(self, number: int, vector: Candidate, clip: Clip) -> Trial:
        return Trial(
            vector=vector,
            preset=self._params.signature.preset,
            clip=clip,
            conditions=self._conditions,
            psnr_db=self._params.signature.psnr_db,
            headroom=headroom(self._params.signature),
            purpose=f"training seed {self._params.optimize.seed}, generation {number}",
        )


def _clip_file(trial: Trial) -> list[Path]:
    """What ``run_trial`` reads."""
    return [Path(trial.clip.path)]


def _digest(params: Params, clips: Sequence[Clip]) -> str:
    """Everything that a candidate's scores depend on, but for the candidate."""
    return digest(
        asdict(bracket(params)),
        params.signature.preset,
        params.signature.psnr_db,
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
