"""One way to choose a mark, judged through a proxy and through real H.264.

    python -m stages.baseline --method adaptive

Marks are put in without the main line's closed loop, so that nothing but the method differs.
"""

import argparse
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from statistics import fmean, median

import numpy as np

from stages.common.command_line import parser, report_errors
from stages.common.errors import AfterimageError
from stages.common.files import write_text, written_whole
from stages.common.progress import progress
from stages.contest.marking import headroom
from stages.contest.rates import detection_rates, false_positives
from stages.pipeline import layout
from stages.pipeline.executor import FileExecutor
from stages.pipeline.metrics import Metric, write_metrics, write_table
from stages.pipeline.params import Params
from stages.pipeline.run_key import secret_key
from stages.pipeline.stage import run
from stages.pipeline.workers import in_order, map_items, workers
from stages.signature.detect.bound import threshold
from stages.signature.embed.conditions import Conditions
from stages.signature.search.objective import Trial
from stages.signature.search.space import hand_set_vector, to_signature
from stages.video.clips import Clip, of_split, read_manifest, subsample
from stages.video.codec import MAX_CRF, Codec
from stages.video.frames import Frames
from stages.video.quality import Quality, measure, psnr_rgb

with report_errors():
    # They need autograd, which the main line does without.
    from stages.baselines import (
        adaptive,
        cmaes,
        contrastive,
        fixed_pattern,
        real_forward,
        untrained,
    )
    from stages.baselines.proxy import Proxy, Rounding
    from stages.baselines.task import Learned, Task
    from stages.baselines.trial import Trial as TracedTrial
    from stages.contest.scheme import FixedPattern, Keyed, Scheme

LEARNED: dict[str, Callable[[Task], Learned]] = {
    "adaptive": adaptive.learn,
    "contrastive": contrastive.learn,
    "real_forward": real_forward.learn,
    "hand_set": untrained.hand_set,
    "random_spectrum": untrained.random_spectrum,
    "cmaes": cmaes.learn,
}
METHODS = (*LEARNED, "fixed_pattern")
# Learned through a hard proxy, and so judged through it.
HARD = {"contrastive"}


@dataclass(frozen=True)
class Passage:
    """What came of one clip after one codec, or proxy of it; a proxy makes no bits."""

    id: str
    group: str
    through: str
    crf: int
    z_marked: float
    z_unmarked: float
    wrong_key_positives: int
    codec_psnr_db: float
    bytes_marked: int = 0
    bytes_unmarked: int = 0


@dataclass(frozen=True)
class Judged:
    """One clip: how many frames, the quality of the mark itself, and what came of it."""

    frames: int
    quality: Quality
    passages: tuple[Passage, ...]


def main(params: Params, asked: argparse.Namespace) -> None:
    manifest = read_manifest(layout.MANIFEST)
    train, test = (of_split(manifest, split) for split in ("train", "test"))
    if not train or not test:
        raise AfterimageError(f"{layout.MANIFEST}: no natural clips to train and to test on")
    method, codecs = asked.method, real_codecs(params)
    rounding: Rounding = "hard" if method in HARD else "soft"
    proxies = tuple(Proxy(codec.crf, rounding, params.baseline.sharpness) for codec in codecs)
    with workers() as pool, written_whole(layout.baseline(method)) as folder:
        folder.mkdir()
        began = time.perf_counter()
        clips = subsample(train, params.baseline.clips)
        scheme: Scheme
        if method in LEARNED:
            learned = learn(params, method, clips, codecs, pool)
            write_learned(folder, params, learned)
            scheme, encodes = keyed(params, learned), learned.encodes
        else:
            scheme, encodes = unkeyed(params, clips, codecs[0], pool), 2 * len(clips)
        cost = {"seconds": round(time.perf_counter() - began, 1), "encodes": encodes}
        tested = subsample(test, params.baseline.test_clips)
        judge = partial(judge_clip, scheme=scheme, codecs=codecs, proxies=proxies)
        judged = map_items(pool, judge, tested, label=method, reads=clip_file)
        write_table(folder / "scores.csv", [asdict(row) for one in judged for row in one.passages])
    write_metrics(
        layout.baseline_metrics(method),
        {"encodes": encodes, **summary(judged, scheme, params.validation.confidence)},
    )
    write_text(layout.baseline_cost(method), json.dumps(cost) + "\n")


def real_codecs(params: Params) -> tuple[Codec, ...]:
    """H.264, whatever `compress.encoder` is, for that is what the proxy stands for."""
    codec = replace(params.compress.codec, encoder="libx264")
    highest = MAX_CRF["libx264"]
    crf = min(codec.crf, highest)
    crfs = sorted({crf, min(crf + params.baseline.harder, highest)})
    return tuple(replace(codec, crf=crf) for crf in crfs)


def learn(
    params: Params,
    method: str,
    clips: Sequence[Clip],
    codecs: tuple[Codec, ...],
    pool: FileExecutor,
) -> Learned:
    """Give a method its clips, its conditions and its budget."""
    settings, mark = params.baseline, params.signature
    with progress(method, settings.steps, "steps") as advance:
        task = Task(
            clips=tuple(clips),
            conditions=Conditions(codecs, threshold(mark.false_positive_rate)),
            psnr_db=mark.psnr_db,
            headroom=headroom(mark),
            preset=mark.preset,
            x0=hand_set_vector(),
            steps=settings.steps,
            learning_rate=settings.learning_rate,
            sharpness=settings.sharpness,
            population=params.optimize.population,
            sigma=params.optimize.sigma,
            seed=settings.seed,
            map=lambda function, items: list(in_order(pool, function, items, reads=trial_file)),
            advance=advance,
        )
        return LEARNED[method](task)


def write_learned(folder: Path, params: Params, learned: Learned) -> None:
    """The signature that was found and, if anything was tried, the way to it."""
    write_text(
        folder / "signature.json",
        to_signature(np.array(learned.vector), params.signature.preset).to_json(),
    )
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


def keyed(params: Params, learned: Learned) -> Keyed:
    """The main line's mark and detector with the signature that was learned."""
    return Keyed(
        signature=to_signature(np.array(learned.vector), params.signature.preset),
        key=secret_key(params.signature.demonstration_key),
        psnr_db=params.signature.psnr_db,
        headroom=headroom(params.signature),
        threshold=threshold(params.signature.false_positive_rate),
        wrong_keys=params.baseline.wrong_keys,
        seed=params.baseline.seed,
    )


def unkeyed(
    params: Params, clips: Sequence[Clip], codec: Codec, pool: FileExecutor
) -> FixedPattern:
    """The earlier mark and detector; the threshold is learned on what the real codec leaves."""
    scheme = FixedPattern(params.signature.psnr_db, headroom(params.signature), threshold=0.0)
    score = partial(scores_of, scheme=scheme, codec=codec)
    pairs = list(in_order(pool, score, clips, reads=clip_file))
    return replace(scheme, threshold=fixed_pattern.learned_threshold(*zip(*pairs, strict=True)))


def clip_file(clip: Clip) -> list[Path]:
    """What a task on a clip reads."""
    return [clip.file]


def trial_file(trial: TracedTrial | Trial) -> list[Path]:
    """What a method's trial on a clip reads."""
    return clip_file(trial.clip)


def scores_of(clip: Clip, scheme: Scheme, codec: Codec) -> tuple[float, ...]:
    """The score of a clip, marked and unmarked, after a codec."""
    original = clip.read()
    return tuple(
        scheme.find(codec.round_trip(frames, subject=clip.id), clip.id).score
        for frames in (scheme.mark(original), original)
    )


def judge_clip(
    clip: Clip, scheme: Scheme, codecs: tuple[Codec, ...], proxies: tuple[Proxy, ...]
) -> Judged:
    """Mark one clip, and look for the mark after every codec and after every proxy."""
    original = clip.read()
    marked = scheme.mark(original)
    passages = []
    for codec, proxy in zip(codecs, proxies, strict=True):
        guessed = [proxy.round_trip(frames) for frames in (marked, original)]
        passages.append(passage(clip, scheme, original, guessed, ("proxy", proxy.crf)))
        sent = [codec.encode(frames, subject=clip.id) for frames in (marked, original)]
        real = [codec.decode(encoded, original, subject=clip.id) for encoded in sent]
        received = passage(clip, scheme, original, real, ("real", codec.crf))
        passages.append(replace(received, bytes_marked=len(sent[0]), bytes_unmarked=len(sent[1])))
    return Judged(len(original), measure(original, marked), tuple(passages))


def passage(
    clip: Clip, scheme: Scheme, original: Frames, received: Sequence[Frames], where: tuple[str, int]
) -> Passage:
    """What is found in the marked and in the unmarked video that came back."""
    in_marked, in_unmarked = (scheme.find(frames, clip.id) for frames in received)
    return Passage(
        id=clip.id,
        group=clip.group,
        through=where[0],
        crf=where[1],
        z_marked=in_marked.score,
        z_unmarked=in_unmarked.score,
        wrong_key_positives=in_marked.wrong_key_positives + in_unmarked.wrong_key_positives,
        codec_psnr_db=psnr_rgb(original, received[1]),
    )


def summary(judged: list[Judged], scheme: Scheme, confidence: float) -> dict[str, Metric]:
    """The mark itself; then what is left of it at `compress.crf`, and at the harder one."""
    passages = [row for one in judged for row in one.passages]
    crfs = sorted({row.crf for row in passages})
    mildest, harder = (at_crf(passages, crf, scheme, confidence) for crf in (crfs[0], crfs[-1]))
    return {
        "clips": len(judged),
        "frames_per_clip": round(fmean(one.frames for one in judged)),
        **{
            name: fmean(getattr(one.quality, name) for one in judged)
            for name in ("psnr_db", "ssim", "vmaf")
        },
        **mildest,
        "harder": harder,
    }


def at_crf(
    passages: list[Passage], crf: int, scheme: Scheme, confidence: float
) -> dict[str, Metric]:
    """The metrics of `validate` twice, and how much better the proxy's picture is."""
    by_proxy, by_codec = (
        [row for row in passages if (row.through, row.crf) == (through, crf)]
        for through in ("proxy", "real")
    )
    proxy, real = (rates(rows, scheme, confidence) for rows in (by_proxy, by_codec))
    overhead = sum(r.bytes_marked for r in by_codec) / sum(r.bytes_unmarked for r in by_codec) - 1
    return {
        "crf": crf,
        # PSNR of unmarked clips: how far the proxy is from the codec that it stands for.
        "mismatch_db": proxy["codec_psnr_db"] - real["codec_psnr_db"],
        "proxy": proxy,
        "real": {**real, "bitrate_overhead": overhead},
    }


def rates(rows: list[Passage], scheme: Scheme, confidence: float) -> dict[str, float]:
    """What was found after one codec or proxy; false positives with wrong keys counted in."""
    found = detection_rates(
        [row.z_marked for row in rows],
        [row.z_unmarked for row in rows],
        z_threshold=scheme.threshold,
        confidence=confidence,
    )
    pooled = false_positives(
        [row.z_unmarked for row in rows],
        [row.wrong_key_positives for row in rows],
        scheme.wrong_keys,
        z_threshold=scheme.threshold,
        confidence=confidence,
    )
    return {
        **found,
        **pooled,
        "fpr_bound": scheme.bound,
        "codec_psnr_db": fmean(row.codec_psnr_db for row in rows),
    }


def arguments() -> argparse.Namespace:
    """Which method is asked for."""
    options = parser()
    options.add_argument("--method", choices=METHODS, required=True, help="how to choose the mark")
    return options.parse_args()


if __name__ == "__main__":
    run(partial(main, asked=arguments()))
