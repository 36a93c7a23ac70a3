"""Mark the held-out clips, put them through the real codec, and count what is found.

False positives are counted where nothing may be found: in unmarked clips under the right key,
and in marked and unmarked clips under many wrong keys.
"""

from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stages.common.command_line import parser
from stages.common.errors import AfterimageError
from stages.common.files import written_whole
from stages.common.statistics import exact_interval
from stages.contest.marking import conditions, headroom
from stages.contest.rates import detection_rates, false_positives
from stages.pipeline import layout
from stages.pipeline.checkpoint import Checkpoint
from stages.pipeline.metrics import Metric, write_metrics, write_table
from stages.pipeline.params import Params, Validate
from stages.pipeline.run_key import secret_key
from stages.pipeline.scratch import Scratch, file_digest
from stages.pipeline.stage import run
from stages.pipeline.workers import map_items, workers
from stages.signature.detect.bound import threshold
from stages.signature.detect.detect import correlate, correlate_many, features
from stages.signature.embed.blocks import Headroom
from stages.signature.embed.closed_loop import ClosedLoop, embed_adapted
from stages.signature.model.chips import derived_key, wrong_keys
from stages.signature.model.spectrum import Signature, load_signature
from stages.video.clips import Clip, of_split, read_manifest, subsample
from stages.video.codec import Codec
from stages.video.colour import colour_difference
from stages.video.lossless import decode_lossless, encode_lossless
from stages.video.pictures import comparison, write_png
from stages.video.quality import measure

# Bounds at which wrong keys are counted, from what can be seen to what can only be proven.
LEVELS = (1e-1, 1e-2, 1e-3, 1e-4, 1e-5)
# Clips of which a picture is kept.
PICTURED = 4


@dataclass(frozen=True)
class Check:
    """How every clip is checked: the same for all."""

    signature: Signature
    codec: Codec
    key: bytes = field(repr=False)
    psnr_db: float
    headroom: Headroom
    loop: ClosedLoop
    z_threshold: float
    wrong_keys: int
    seed: int

    def plain(self) -> dict[str, Any]:
        """All of it as plain data, and in place of the key what only tells it from others."""
        return {**asdict(self), "key": derived_key(self.key, "scratch").hex()}


@dataclass(frozen=True)
class Score:
    """What was found in one clip: a row of the scores table."""

    id: str
    group: str
    frames: int
    z_marked: float
    z_unmarked: float
    z_wrong_key_max: float
    wrong_key_positives: int
    psnr_db: float
    ssim: float
    vmaf: float
    ciede2000_median: float
    ciede2000_p999: float
    flicker_median: float
    flicker_p999: float
    bytes_marked: int
    bytes_unmarked: int


@dataclass(frozen=True)
class Checked:
    """A clip's row, and in how many trials a wrong key reached each of the ``LEVELS``."""

    score: Score
    reached: tuple[int, ...]

    @classmethod
    def of(cls, plain: dict[str, Any]) -> "Checked":
        """From plain data."""
        return cls(Score(**plain["score"]), tuple(plain["reached"]))


def main(params: Params) -> None:
    clips = of_split(read_manifest(layout.MANIFEST), "test")
    if not clips:
        raise AfterimageError(f"{layout.MANIFEST}: no natural clip to test on")
    check, scratch = check_of(params), Scratch("validate")
    checkpoints = [
        Checkpoint.of(clip, scratch, check.plain(), file_digest(layout.compressed(clip.id)))
        for clip in clips
    ]
    missing = [one for one in checkpoints if not one.done]
    with workers() as pool:
        score = partial(score_clip, check=check)
        map_items(pool, score, missing, label="validate", reads=both_files)
    with written_whole(layout.MARKED) as folder:
        for one in checkpoints:
            one.give(folder / layout.marked(one.clip.id).relative_to(layout.MARKED))
    with written_whole(layout.PICTURES) as folder:
        for clip in subsample(clips, PICTURED):
            write_png(folder / layout.picture(clip.id).relative_to(layout.PICTURES), picture(clip))
    done = [Checked.of(one.found()) for one in checkpoints]
    write_table(layout.MARKED_TABLE, [checksum(clip) for clip in clips])
    write_table(layout.SCORES, [asdict(one.score) for one in done])
    write_metrics(layout.metrics("validate"), summary(done, check.z_threshold, params.validation))
    scratch.clear()


def check_of(params: Params) -> Check:
    """What is asked for."""
    settings = params.signature
    wanted = conditions(params.compress, settings)
    return Check(
        signature=load_signature(layout.SIGNATURE),
        codec=params.compress.codec,
        key=secret_key(settings.demonstration_key),
        psnr_db=settings.psnr_db,
        headroom=headroom(settings),
        loop=ClosedLoop(wanted, settings.closed_loop),
        z_threshold=wanted.threshold,
        wrong_keys=params.validation.wrong_keys,
        seed=params.validation.seed,
    )


def picture(clip: Clip) -> NDArray[np.uint8]:
    """A clip before and after it was marked, for the eye."""
    original = clip.read()
    return comparison(original, decode_lossless(layout.marked(clip.id), original))


def checksum(clip: Clip) -> dict[str, str]:
    """A marked clip's row: who depends on the table depends on the file, by its SHA-256."""
    return {"id": clip.id, "sha256": file_digest(layout.marked(clip.id))}


def both_files(one: Checkpoint) -> list[Path]:
    """What ``score_clip`` reads."""
    return [one.clip.file, layout.compressed(one.clip.id)]


def score_clip(one: Checkpoint, check: Check) -> None:
    """Mark one clip, compress it, and look for the right key and for wrong ones."""
    clip, original = one.clip, one.clip.read()
    carrying = embed_adapted(
        original, check.signature, check.key,
        psnr_db=check.psnr_db, headroom=check.headroom, loop=check.loop, subject=clip.id,
    )  # fmt: skip
    encoded = check.codec.encode(carrying, subject=clip.id)
    received = check.codec.decode(encoded, original, subject=clip.id)
    compressed = layout.compressed(clip.id).read_bytes()
    unmarked = check.codec.decode(compressed, original, subject=clip.id)
    in_marked = features(received, check.signature)
    in_unmarked = features(unmarked, check.signature)
    keys = wrong_keys(check.key, clip.id, check.wrong_keys, check.seed)
    wrong = np.concatenate([correlate_many(found, keys) for found in (in_marked, in_unmarked)])
    quality = measure(original, carrying)
    colour = colour_difference(original, carrying)
    score = Score(
        id=clip.id,
        group=clip.group,
        frames=len(original),
        z_marked=correlate(in_marked, check.key),
        z_unmarked=correlate(in_unmarked, check.key),
        z_wrong_key_max=float(wrong.max()),
        wrong_key_positives=int(np.sum(wrong >= check.z_threshold)),
        psnr_db=quality.psnr_db,
        ssim=quality.ssim,
        vmaf=quality.vmaf,
        ciede2000_median=colour.median,
        ciede2000_p999=colour.p999,
        flicker_median=colour.flicker_median,
        flicker_p999=colour.flicker_p999,
        bytes_marked=len(encoded),
        bytes_unmarked=len(compressed),
    )
    reached = tuple(int(np.sum(wrong >= threshold(level))) for level in LEVELS)
    one.leave(encode_lossless(carrying), asdict(Checked(score, reached)))


def summary(done: list[Checked], z_threshold: float, settings: Validate) -> dict[str, Metric]:
    """The metrics of the stage; every rate with its exact interval."""
    scores = [one.score for one in done]
    rates = detection_rates(
        [score.z_marked for score in scores],
        [score.z_unmarked for score in scores],
        z_threshold=z_threshold,
        confidence=settings.confidence,
    )
    pooled = false_positives(
        [score.z_unmarked for score in scores],
        [score.wrong_key_positives for score in scores],
        settings.wrong_keys,
        z_threshold=z_threshold,
        confidence=settings.confidence,
    )
    trials = int(pooled["wrong_key_trials"])
    reached = np.sum([one.reached for one in done], axis=0)
    means = (
        "psnr_db", "ssim", "vmaf", "ciede2000_median", "ciede2000_p999",
        "flicker_median", "flicker_p999",
    )  # fmt: skip
    return {
        **rates,
        **pooled,
        **{name: fmean(getattr(score, name) for score in scores) for name in means},
        # Extra bits that the mark costs at the same encoder setting, as a share of the unmarked.
        "bitrate_overhead": sum(s.bytes_marked for s in scores)
        / sum(s.bytes_unmarked for s in scores)
        - 1,
        "frames_per_clip": round(fmean(score.frames for score in scores)),
        "wrong_key_fpr": {
            f"{level:.0e}": {
                "rate": count / trials,
                "ci_high": exact_interval(count, trials, settings.confidence)[1],
            }
            for level, count in zip(LEVELS, reached.tolist(), strict=True)
        },
    }


if __name__ == "__main__":
    parser().parse_args()
    run(main)
