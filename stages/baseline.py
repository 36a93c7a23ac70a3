"""Judge one other way to make a watermark, through a proxy and through real H.264.

    python -m stages.baseline --method adaptive

Marks are put in without the main line's closed loop, so that nothing but the method differs.
"""

import argparse
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from stages.common.command_line import parser, report_errors
from stages.common.errors import AfterimageError
from stages.common.files import write_text, written_whole
from stages.common.progress import Progress, progress
from stages.common.records import names, record
from stages.pipeline import layout
from stages.pipeline.executor import FileExecutor
from stages.pipeline.metrics import write_metrics, write_table
from stages.pipeline.params import Params
from stages.pipeline.run_key import secret_key
from stages.pipeline.stage import run
from stages.pipeline.workers import in_order, map_items, workers
from stages.signature.detect.bound import threshold
from stages.signature.embed.conditions import Conditions
from stages.signature.model.spectrum import FrameSize
from stages.signature.search.space import hand_set_vector, to_signature
from stages.signature.settings import distortion
from stages.video.clips import Clip, of_split, read_manifest, subsample
from stages.video.codec import Codec
from stages.video.encoder import encoder

with report_errors():
    # They need autograd, which the main line does without.
    from stages.baselines.judge import Judge, summary
    from stages.baselines.method import Method
    from stages.baselines.proxy import Proxy
    from stages.baselines.task import Learned, Task

H264 = "libx264"


def main(params: Params, method_name: str) -> None:
    method = record("schemes", method_name, Method)
    manifest = read_manifest(layout.MANIFEST)
    train, test = (of_split(manifest, split) for split in ("train", "test"))
    if not train or not test:
        raise AfterimageError(f"{layout.MANIFEST}: no natural clips to train and to test on")
    settings, codecs = params.baseline, real_codecs(params)
    with workers() as pool, written_whole(layout.baseline(method_name)) as folder:
        folder.mkdir()
        started = time.perf_counter()
        with progress(method_name, settings.steps, "steps") as advance:
            clips = subsample(train, settings.clips)
            prepared = method.prepare(task_of(params, clips, codecs, pool, advance))
        cost = {"seconds": round(time.perf_counter() - started, 1), "encodes": prepared.encodes}
        if prepared.learned:
            write_learned(folder, params, prepared.learned, clips[0])
        judge = Judge(
            prepared.scheme,
            key=secret_key(params.signature.demonstration_key),
            codecs=codecs,
            proxies=tuple(
                Proxy(codec.crf, method.rounding, settings.sharpness) for codec in codecs
            ),
            wrong_keys=settings.wrong_keys,
            seed=settings.seed,
        )
        test_clips = subsample(test, settings.test_clips)
        judged = map_items(pool, judge.judge, test_clips, label=method_name, reads=clip_file)
        passages = [passage for clip in judged for passage in clip.passages]
        write_table(folder / "scores.csv", [passage.row() for passage in passages])
    write_metrics(
        layout.baseline_metrics(method_name),
        {
            "encodes": prepared.encodes,
            **summary(judged, prepared.scheme, params.validation.confidence),
        },
    )
    write_text(layout.baseline_cost(method_name), json.dumps(cost) + "\n")


def real_codecs(params: Params) -> tuple[Codec, ...]:
    """Return H.264 at two CRFs, whatever `compress.encoder` is: the proxy stands for H.264."""
    codec = replace(params.compress.codec, encoder=H264)
    highest = encoder(H264).max_crf
    crf = min(codec.crf, highest)
    crfs = sorted({crf, min(crf + params.baseline.harder, highest)})
    return tuple(replace(codec, crf=crf) for crf in crfs)


def task_of(
    params: Params,
    clips: Sequence[Clip],
    codecs: tuple[Codec, ...],
    pool: FileExecutor,
    advance: Progress,
) -> Task:
    """Return the task of every method: clips, conditions and a budget."""
    settings, mark = params.baseline, params.signature
    return Task(
        clips=tuple(clips),
        conditions=Conditions(codecs, threshold(mark.false_positive_rate)),
        distortion=distortion(mark),
        false_positive_rate=mark.false_positive_rate,
        preset=mark.preset,
        x0=hand_set_vector(),
        steps=settings.steps,
        learning_rate=settings.learning_rate,
        sharpness=settings.sharpness,
        population=params.optimize.population,
        sigma=params.optimize.sigma,
        seed=settings.seed,
        map_clips=partial(map_clips, pool),
        advance=advance,
    )


def map_clips(
    pool: FileExecutor,
    function: Callable[[Any], Any],
    items: Sequence[Any],
    clip_of: Callable[[Any], Clip],
) -> list[Any]:
    """Apply a function to every item on the pool; each item's work reads one clip."""
    return list(in_order(pool, function, items, reads=lambda item: clip_file(clip_of(item))))


def write_learned(folder: Path, params: Params, learned: Learned, clip: Clip) -> None:
    """Write the signature that a search found and, if anything was tried, its history.

    ``clip`` is one of those that it learned from; all of them have the same frame.
    """
    signature = replace(
        to_signature(np.array(learned.vector), params.signature.preset),
        frame=FrameSize(clip.width, clip.height),
    )
    write_text(folder / "signature.json", signature.to_json())
    rows = [
        {
            "step": number,
            "objective": step.objective,
            "z_median": median(step.z),
            "z_min": min(step.z),
        }
        for number, step in enumerate(learned.history)
    ]
    if rows:
        write_table(folder / "history.csv", rows)


def clip_file(clip: Clip) -> list[Path]:
    """Return the files that the work on a clip reads."""
    return [clip.file]


def arguments() -> argparse.Namespace:
    """Parse the command line."""
    options = parser()
    options.add_argument(
        "--method", choices=names("schemes"), required=True, help="a file in stages/schemes"
    )
    return options.parse_args()


if __name__ == "__main__":
    run(partial(main, method_name=arguments().method))
