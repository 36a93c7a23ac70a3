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
from stages.pipeline.params import Params
from stages.pipeline.progress import Progress, progress
from stages.pipeline.scratch import Scratch, digest, file_digest
from stages.pipeline.stage import run
from stages.pipeline.workers import in_order, workers
from stages.signature.conditions import Conditions
from stages.signature.search.evolution import Candidate, Evaluated, Generation, best, evolve
from stages.signature.search.objective import Trial, run_trial
from stages.signature.search.space import start, to_signature
from stages.video.clips import Clip, of_split, read_manifest, spread
from stages.video.ffmpeg import version


def main(params: Params) -> None:
    settings = params.optimize
    clips = training_clips(read_manifest(layout.MANIFEST), settings.clips)
    scratch = Scratch("optimize")
    journal = Journal(scratch.path(f"{_digest(params, clips)}.jsonl"))
    evaluations = 1 + settings.population * settings.generations
    with workers() as pool, progress("optimize", evaluations, "candidates") as advance:
        history = evolve(
            Evaluator(params, clips, pool, journal, advance),
            start(params.signature.preset),
            population=settings.population,
            generations=settings.generations,
            sigma=settings.sigma,
            seed=settings.seed,
        )
    found = best(history)
    write_text(layout.SIGNATURE, to_signature(np.array(found.vector)).to_json())
    write_table(layout.OPTIMIZE_HISTORY, [_row(generation) for generation in history])
    write_metrics(
        layout.metrics("optimize"),
        {
            "evaluations": evaluations,
            "generations": settings.generations,
            "objective_initial": history[0].evaluated[0].objective,
            "objective_best": found.objective,
            "train_z_median": median(found.z),
            "train_z_min": min(found.z),
        },
    )
    scratch.clear()


def training_clips(clips: Sequence[Clip], count: int) -> list[Clip]:
    """At most ``count`` training clips, evenly spread over the manifest."""
    train = of_split(clips, "train")
    if not train:
        raise AfterimageError(f"{layout.MANIFEST}: no natural clip to train on")
    return spread(train, count)


def bracket(params: Params) -> Conditions:
    """The mildest and the hardest of the conditions: those between cost as much and add little."""
    wanted = conditions(params.compress, params.signature)
    return replace(wanted, codecs=tuple(dict.fromkeys((wanted.mildest, wanted.hardest))))


class Evaluator:
    """Scores candidates on the same clips, in parallel, through the journal."""

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

    def __call__(self, vectors: Sequence[Candidate]) -> list[Evaluated]:
        unknown = [vector for vector in dict.fromkeys(vectors) if self._journal.get(vector) is None]
        trials = (self._trial(vector, clip) for vector in unknown for clip in self._clips)
        scores = in_order(self._pool, run_trial, trials, reads=_clip_file)
        return [self._evaluated(vector, scores) for vector in vectors]

    def _evaluated(self, vector: Candidate, scores: Iterator[tuple[float, ...]]) -> Evaluated:
        z = self._journal.get(vector)
        if z is None:
            z = [score for of_clip in islice(scores, len(self._clips)) for score in of_clip]
            self._journal.add(vector, z)
        objective = self._conditions.assurance(z)
        self._best = max(self._best, objective)
        self._advance(f"(best objective {self._best:.3f})")
        return Evaluated(vector, tuple(z), objective)

    def _trial(self, vector: Candidate, clip: Clip) -> Trial:
        return Trial(
            vector=vector,
            clip=clip,
            conditions=self._conditions,
            psnr_db=self._params.signature.psnr_db,
            headroom=headroom(self._params.signature),
            seed=self._params.optimize.seed,
        )


def _clip_file(trial: Trial) -> list[Path]:
    """What ``run_trial`` reads."""
    return [Path(trial.clip.path)]


def _digest(params: Params, clips: Sequence[Clip]) -> str:
    """Everything that a candidate's scores depend on, but for the candidate."""
    return digest(
        asdict(bracket(params)),
        params.signature.psnr_db,
        asdict(headroom(params.signature)),
        params.optimize.seed,
        [(asdict(clip), file_digest(Path(clip.path))) for clip in clips],
        version(),
    )


def _row(generation: Generation) -> dict[str, float]:
    objectives = [candidate.objective for candidate in generation.evaluated]
    top = max(generation.evaluated, key=lambda candidate: candidate.objective)
    return {
        "generation": generation.number,
        "objective_best": max(objectives),
        "objective_median": median(objectives),
        "z_median": median(top.z),
        "z_min": min(top.z),
        "sigma": generation.sigma,
    }


if __name__ == "__main__":
    run(main)
