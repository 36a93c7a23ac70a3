"""Search for the signature whose mark survives the real codec best, on training clips alone."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, Literal, NamedTuple

import numpy as np

from stages.common.command_line import parser
from stages.common.errors import AfterimageError
from stages.common.files import write_text
from stages.common.progress import Progress, progress
from stages.pipeline import layout
from stages.pipeline.executor import FileExecutor
from stages.pipeline.journal import Journal
from stages.pipeline.metrics import write_metrics, write_table
from stages.pipeline.params import Optimize, Params
from stages.pipeline.scratch import Scratch, digest, file_digest
from stages.pipeline.stage import run
from stages.pipeline.workers import in_order, workers
from stages.signature.embed.adaptation import PLAIN, Adaptation
from stages.signature.embed.conditions import Conditions, ConditionScores
from stages.signature.model.spectrum import FrameSize
from stages.signature.search.evolution import (
    Assignment,
    Candidate,
    Evaluated,
    Generation,
    candidate,
    confirmed,
    evolve,
)
from stages.signature.search.objective import LoopOutcome, Trial, run_loop, run_trial
from stages.signature.search.space import hand_set_vector, to_signature
from stages.signature.settings import conditions, distortion
from stages.video.clips import Clip, of_split, read_manifest, subsample
from stages.video.ffmpeg import version

# The number of what is done before the first generation; its keys are named by it.
BEFORE = 0


class TrialKey(NamedTuple):
    """The name of a trial in the journal: what is looked at, on which clip, under which keys."""

    purpose: Literal["loop", "offset", "score"]
    generation: int
    clip_id: str
    vector: Candidate


Trials = Mapping[TrialKey, Trial]
# A function's result for each of some trials, as plain data: ``asdict`` of it.
Results = Callable[[Callable[[Trial], Any], Trials], Iterator[Mapping[str, Any]]]


def main(params: Params) -> None:
    scratch = Scratch("optimize")
    clips = of_split(read_manifest(layout.MANIFEST), "train")
    if not clips:
        raise AfterimageError(f"{layout.MANIFEST}: no natural clip to train on")
    used = subsample(clips, params.optimize.clips)
    journal = Journal(scratch.path(f"{journal_digest(params, used)}.jsonl"))
    with workers() as pool:
        history, x0, result = search(params, used, pool, journal)
    best = confirmed(x0, result)
    signature = replace(
        to_signature(np.array(best.vector), params.signature.preset),
        frame=FrameSize(used[0].width, used[0].height),
    )
    write_text(layout.SIGNATURE, signature.to_json())
    write_table(layout.OPTIMIZE_HISTORY, [row(generation) for generation in history])
    write_metrics(
        layout.metrics("optimize"),
        {
            "evaluations": evaluations(params.optimize),
            "generations": params.optimize.generations,
            "objective_initial": x0.objective,
            "objective_best": best.objective,
            "train_z_median": median(best.z),
            "train_z_min": min(best.z),
        },
    )
    scratch.clear()


def evaluations(settings: Optimize) -> int:
    """Count the candidates that are scored.

    Each generation scores x0, its mean and the population; the confirmation scores x0 and the
    result under every key.
    """
    return settings.generations * (2 + settings.population) + 2 * settings.confirmations


class Searched(NamedTuple):
    """The generations of a search, and its start and its result under keys of their own."""

    history: list[Generation]
    x0: Evaluated
    result: Evaluated


def search(params: Params, clips: list[Clip], pool: FileExecutor, journal: Journal) -> Searched:
    """Search on these clips, and compare the result with the start."""
    settings, x0 = params.optimize, candidate(hand_set_vector())
    results = partial(journaled, pool, journal)
    loops = closed_loops(params, clips, results)
    offsets = baseline_offsets(params, clips, loops, results)
    with progress("optimize", evaluations(settings), "candidates") as advance:
        adaptations = [loop.adaptation for loop in loops]
        evaluator = Evaluator(params, clips, adaptations, offsets, results, advance)
        history, result = evolve(
            evaluator,
            hand_set_vector(),
            clips=len(clips),
            clips_per_candidate=settings.clips_per_candidate,
            population=settings.population,
            generations=settings.generations,
            sigma=settings.sigma,
            seed=settings.seed,
        )
        compared = [(vector, range(len(clips))) for vector in (x0, result)]
        numbers = range(settings.generations + 1, settings.generations + 1 + settings.confirmations)
        pairs = [evaluator(number, compared) for number in numbers]
    return Searched(history, *(Evaluated.over(looks) for looks in zip(*pairs, strict=True)))


def closed_loops(params: Params, clips: Sequence[Clip], results: Results) -> list[LoopOutcome]:
    """Run a closed loop, as `validate` does, for the hand-set mark on each clip."""
    survived, vector = conditions_of(params), candidate(hand_set_vector())
    trials = {
        TrialKey("loop", BEFORE, clip.id, vector): trial(params, BEFORE, vector, clip, survived)
        for clip in clips
    }
    function = partial(run_loop, rounds=params.signature.closed_loop)
    loops = []
    with progress("optimize: closed loop of the start", len(clips), "clips") as advance:
        for plain in results(function, trials):
            loops.append(LoopOutcome.of(plain))
            advance()
    return loops


@dataclass(frozen=True)
class Evaluator:
    """Scores the candidates of a generation, each on its clips, under the generation's keys.

    They are marked without a closed loop, but each clip's mark goes where the loop put the hand-set
    one, and its scores get the clip's ``offsets``: all that the loop did besides for the hand-set
    mark. So a clip that is safe, or hopeless, in use counts little in the search too.
    """

    params: Params
    clips: list[Clip]
    adaptations: list[Adaptation]
    offsets: list[ConditionScores]
    results: Results
    advance: Progress

    def __call__(self, number: int, assignments: Sequence[Assignment]) -> list[Evaluated]:
        """Score candidates under the keys of a generation."""
        survived = extremes(self.params)
        trials = {
            self._key(number, index, vector): trial(
                self.params,
                number,
                vector,
                self.clips[index],
                survived,
                adaptation=self.adaptations[index],
            )
            for vector, indices in assignments
            for index in indices
        }
        plain = self.results(run_trial, trials)
        scores = dict(zip(trials, map(ConditionScores.of, plain), strict=True))
        evaluated = []
        for vector, indices in assignments:
            by_clip = [scores[self._key(number, index, vector)] for index in indices]
            offsets = [self.offsets[index] for index in indices]
            evaluated.append(Evaluated.of(vector, by_clip, survived, offsets))
            self.advance(f"(generation {number})")
        return evaluated

    def _key(self, number: int, index: int, vector: Candidate) -> TrialKey:
        return TrialKey("score", number, self.clips[index].id, vector)


def conditions_of(params: Params) -> Conditions:
    """Return what a mark is made to survive."""
    return conditions(params.compress.codec, params.signature)


def extremes(params: Params) -> Conditions:
    """Return the conditions that candidates are tried under: the mildest and the hardest."""
    return conditions_of(params).extremes


def baseline_offsets(
    params: Params, clips: Sequence[Clip], loops: Sequence[LoopOutcome], results: Results
) -> list[ConditionScores]:
    """Measure what a closed loop adds to the hand-set mark's ``z``, beside moving the mark."""
    survived, vector = conditions_of(params), candidate(hand_set_vector())
    trials = {
        TrialKey("offset", BEFORE, clip.id, vector): trial(
            params, BEFORE, vector, clip, survived.extremes, adaptation=loop.adaptation
        )
        for clip, loop in zip(clips, loops, strict=True)
    }
    return [
        loop.scores.at_extremes - ConditionScores.of(plain)
        for loop, plain in zip(loops, results(run_trial, trials), strict=True)
    ]


def trial(
    params: Params,
    number: int,
    vector: Candidate,
    clip: Clip,
    survived: Conditions,
    *,
    adaptation: Adaptation = PLAIN,
) -> Trial:
    """Return a candidate on a clip, under the keys of a generation."""
    return Trial(
        vector=vector,
        preset=params.signature.preset,
        clip=clip,
        conditions=survived,
        distortion=distortion(params.signature),
        purpose=f"training seed {params.optimize.seed}, generation {number}",
        adaptation=adaptation,
    )


def journaled(
    pool: FileExecutor, journal: Journal, function: Callable[[Trial], Any], trials: Trials
) -> Iterator[Mapping[str, Any]]:
    """Yield the result of each trial, from the journal, or from the pool and then journaled.

    The function returns a dataclass; the journal has it as plain data, and so is what is yielded.
    """
    missing = {key: trial for key, trial in trials.items() if journal.get(key) is None}
    results = in_order(pool, function, missing.values(), reads=clip_file)
    for key in trials:
        if key in missing:
            journal.add(key, asdict(next(results)))
        yield journal.get(key)


def clip_file(trial: Trial) -> list[Path]:
    """Return the files that a trial reads."""
    return [trial.clip.file]


def journal_digest(params: Params, clips: Sequence[Clip]) -> str:
    """Digest everything that a candidate's scores depend on, but for the candidate."""
    return digest(
        asdict(conditions_of(params)),
        params.signature.preset,
        asdict(distortion(params.signature)),
        params.signature.closed_loop,
        params.optimize.seed,
        [(asdict(clip), file_digest(clip.file)) for clip in clips],
        version(),
    )


def row(generation: Generation) -> dict[str, float]:
    """Return a generation's row of the history."""
    return {
        "generation": generation.number,
        "objective_x0": generation.x0.objective,
        "objective_mean": generation.mean.objective,
        "objective_median": median(look.objective for look in generation.evaluated),
        "sigma": generation.sigma,
    }


if __name__ == "__main__":
    parser().parse_args()
    run(main)
