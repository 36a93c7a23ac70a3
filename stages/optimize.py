"""Search the spectrum whose mark survives the real codec best, on training clips alone."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np

from stages.common.command_line import parser
from stages.common.errors import AfterimageError
from stages.common.files import write_text
from stages.common.progress import Progress, progress
from stages.contest.marking import conditions, headroom
from stages.pipeline import layout
from stages.pipeline.executor import FileExecutor
from stages.pipeline.journal import Journal
from stages.pipeline.metrics import write_metrics, write_table
from stages.pipeline.params import Optimize, Params
from stages.pipeline.scratch import Scratch, digest, file_digest
from stages.pipeline.stage import run
from stages.pipeline.workers import in_order, workers
from stages.signature.embed.adaptation import PLAIN, Adaptation
from stages.signature.embed.conditions import Conditions
from stages.signature.search.evolution import (
    Candidate,
    Evaluated,
    Generation,
    Scores,
    Tried,
    candidate,
    confirmed,
    evolve,
)
from stages.signature.search.objective import Loop, Trial, run_loop, run_trial
from stages.signature.search.space import hand_set_vector, to_signature
from stages.video.clips import Clip, of_split, read_manifest, subsample
from stages.video.ffmpeg import version

# By the number of the generation, the place of the clip, and the candidate.
Trials = dict[tuple[float, ...], Trial]
# Beside the numbers of generations: of the start's closed loops, and of what is not their merit.
LOOP, OFFSET = 0, -1
# What a function makes of each of some trials.
Results = Callable[[Callable[[Trial], Any], Trials], Iterator[Any]]


def main(params: Params) -> None:
    scratch = Scratch("optimize")
    clips = of_split(read_manifest(layout.MANIFEST), "train")
    if not clips:
        raise AfterimageError(f"{layout.MANIFEST}: no natural clip to train on")
    used = subsample(clips, params.optimize.clips)
    journal = Journal(scratch.path(f"{_digest(params, used)}.jsonl"))
    with workers() as pool:
        history, x0, found = search(params, used, pool, journal)
    chosen = confirmed(x0, found)
    signature = to_signature(np.array(chosen.vector), params.signature.preset)
    write_text(layout.SIGNATURE, signature.to_json())
    write_table(layout.OPTIMIZE_HISTORY, [_row(generation) for generation in history])
    write_metrics(
        layout.metrics("optimize"),
        {
            "evaluations": evaluations(params.optimize),
            "generations": params.optimize.generations,
            "objective_initial": x0.objective,
            "objective_best": chosen.objective,
            "train_z_median": median(chosen.z),
            "train_z_min": min(chosen.z),
        },
    )
    scratch.clear()


def evaluations(settings: Optimize) -> int:
    """How many candidates are scored.

    In every generation the start, the mean and the population; and to confirm, start and found.
    """
    return settings.generations * (2 + settings.population) + 2 * settings.confirmations


class Searched(NamedTuple):
    """The generations; and the start and what was found under keys of their own."""

    history: list[Generation]
    x0: Evaluated
    found: Evaluated


def search(params: Params, clips: list[Clip], pool: FileExecutor, journal: Journal) -> Searched:
    """Search on these clips, and compare what was found with the start."""
    settings, x0 = params.optimize, candidate(hand_set_vector())
    results = partial(journaled, pool, journal)
    loops = looped(params, clips, results)
    baseline_offset = loop_offsets(params, clips, loops, results)
    with progress("optimize", evaluations(settings), "candidates") as advance:
        adaptations = [loop.adaptation for loop in loops]
        evaluator = Evaluator(params, clips, adaptations, baseline_offset, results, advance)
        history, found = evolve(
            evaluator,
            hand_set_vector(),
            clips=len(clips),
            clips_per_candidate=settings.clips_per_candidate,
            population=settings.population,
            generations=settings.generations,
            sigma=settings.sigma,
            seed=settings.seed,
        )
        tried = [(vector, range(len(clips))) for vector in (x0, found)]
        numbers = range(settings.generations + 1, settings.generations + 1 + settings.confirmations)
        pairs = [evaluator(number, tried) for number in numbers]
    return Searched(history, *(Evaluated.over(looks) for looks in zip(*pairs, strict=True)))


def looped(params: Params, clips: list[Clip], results: Results) -> list[Loop]:
    """What a closed loop, as `validate` has it, does for the start on each clip."""
    wanted, vector = conditions(params.compress, params.signature), candidate(hand_set_vector())
    asked = {
        (LOOP, index, *vector): trial(params, LOOP, vector, clip, wanted)
        for index, clip in enumerate(clips)
    }
    function = partial(run_loop, rounds=params.signature.closed_loop)
    found = []
    with progress("optimize: closed loop of the start", len(clips), "clips") as advance:
        for plain in results(function, asked):
            found.append(Loop.of(plain))
            advance()
    return found


@dataclass(frozen=True)
class Evaluator:
    """Scores the candidates of a generation, each on its clips, under the generation's keys.

    They are marked without a closed loop, but to where it puts the start's mark on the clip, and
    have ``baseline_offset`` in ``z`` for what else it does for the start: what will be safe, or hopeless,
    counts little already.
    """

    params: Params
    clips: list[Clip]
    adaptations: list[Adaptation]
    baseline_offset: list[Scores]
    results: Results
    advance: Progress

    def __call__(self, number: int, tried: Sequence[Tried]) -> list[Evaluated]:
        wanted = extremes(self.params)
        asked = {
            (number, index, *vector): trial(
                self.params,
                number,
                vector,
                self.clips[index],
                wanted,
                adaptation=self.adaptations[index],
            )
            for vector, indices in tried
            for index in indices
        }
        scores = dict(zip(asked, self.results(run_trial, asked), strict=True))
        found = []
        for vector, indices in tried:
            z = [scores[number, index, *vector] for index in indices]
            baseline_offset = [self.baseline_offset[index] for index in indices]
            found.append(Evaluated.of(vector, z, wanted, baseline_offset))
            self.advance(f"(generation {number})")
        return found


def extremes(params: Params) -> Conditions:
    """What candidates are tried under: what lies between the two, the two decide."""
    return conditions(params.compress, params.signature).extremes


def loop_offsets(
    params: Params, clips: list[Clip], loops: list[Loop], results: Results
) -> list[Scores]:
    """What a closed loop adds to the start's ``z`` on each clip, beside where it puts the mark."""
    wanted, vector = conditions(params.compress, params.signature), candidate(hand_set_vector())
    asked = {
        (OFFSET, index, *vector): trial(
            params, LOOP, vector, clip, wanted.extremes, adaptation=loop.adaptation
        )
        for index, (clip, loop) in enumerate(zip(clips, loops, strict=True))
    }
    return [
        np.subtract(wanted.at_extremes(loop.z), scores)
        for loop, scores in zip(loops, results(run_trial, asked), strict=True)
    ]


def trial(
    params: Params,
    number: int,
    vector: Candidate,
    clip: Clip,
    wanted: Conditions,
    *,
    adaptation: Adaptation = PLAIN,
) -> Trial:
    """A candidate on a clip, under the keys of a generation."""
    return Trial(
        vector=vector,
        preset=params.signature.preset,
        clip=clip,
        conditions=wanted,
        psnr_db=params.signature.psnr_db,
        headroom=headroom(params.signature),
        purpose=f"training seed {params.optimize.seed}, generation {number}",
        adaptation=adaptation,
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


def _clip_file(trial: Trial) -> list[Path]:
    """What a trial reads."""
    return [trial.clip.file]


def _digest(params: Params, clips: Sequence[Clip]) -> str:
    """Everything that a candidate's scores depend on, but for the candidate."""
    return digest(
        asdict(conditions(params.compress, params.signature)),
        params.signature.preset,
        params.signature.psnr_db,
        params.signature.closed_loop,
        asdict(headroom(params.signature)),
        params.optimize.seed,
        [(asdict(clip), file_digest(clip.file)) for clip in clips],
        version(),
    )


def _row(generation: Generation) -> dict[str, float]:
    return {
        "generation": generation.number,
        "objective_x0": generation.x0.objective,
        "objective_mean": generation.mean.objective,
        "objective_median": median(one.objective for one in generation.evaluated),
        "sigma": generation.sigma,
    }


if __name__ == "__main__":
    parser().parse_args()
    run(main)
