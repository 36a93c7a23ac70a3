"""Mark the held-out clips, put them through the real codec, and count what is found.

False positives are counted where nothing may be found: in unmarked clips under the right key,
and in marked and unmarked clips under many wrong keys.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from stages.common.command_line import parser
from stages.common.errors import AfterimageError
from stages.common.files import written_whole
from stages.common.statistics import exact_interval
from stages.contest.rates import rates_with_chance
from stages.contest.scheme import Scheme
from stages.contest.trials import clip_trials
from stages.pipeline import layout
from stages.pipeline.checkpoint import Checkpoint
from stages.pipeline.metrics import Metric, write_metrics, write_table
from stages.pipeline.params import Params
from stages.pipeline.run_key import secret_key
from stages.pipeline.scratch import Scratch, file_digest
from stages.pipeline.stage import run
from stages.pipeline.workers import map_items, workers
from stages.signature.model.chips import derived_key, wrong_keys
from stages.signature.model.spectrum import load_signature
from stages.signature.scheme import adapted_scheme
from stages.video.clips import of_split, read_manifest, subsample
from stages.video.codec import Codec
from stages.video.colour import colour_difference
from stages.video.lossless import encode_lossless
from stages.video.pictures import comparison, png
from stages.video.quality import measure

# Bounds at which wrong keys are counted, from what can be seen to what can only be proven.
LEVELS = (1e-1, 1e-2, 1e-3, 1e-4, 1e-5)
# Clips of which a picture is kept.
PICTURED = 4


@dataclass(frozen=True)
class Validation:
    """The test that every clip undergoes.

    Attributes
    ----------
    scheme : marks and detects.
    key : the run's.
    codec : the encoder under test.
    wrong_keys, seed : the number of wrong keys tried on each video, and which ones.
    """

    scheme: Scheme
    key: bytes = field(repr=False)
    codec: Codec
    wrong_keys: int
    seed: int

    def plain(self) -> dict[str, Any]:
        """Return all of it as plain data, with an id that only tells the key from others."""
        return {**asdict(self), "key": derived_key(self.key, "scratch").hex()}


@dataclass(frozen=True)
class ValidationScore:
    """The scores of one clip: a row of the scores table."""

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
class ValidatedClip:
    """A clip's row, and the number of wrong-key trials that reached each of the ``LEVELS``."""

    score: ValidationScore
    reached: tuple[int, ...]
    wrong_key_trials: int

    @classmethod
    def of(cls, plain: dict[str, Any]) -> "ValidatedClip":
        """Make it from plain data."""
        score = ValidationScore(**plain["score"])
        return cls(score, tuple(plain["reached"]), plain["wrong_key_trials"])


def main(params: Params) -> None:
    clips = of_split(read_manifest(layout.MANIFEST), "test")
    if not clips:
        raise AfterimageError(f"{layout.MANIFEST}: no natural clip to test on")
    validation, scratch = validation_of(params), Scratch("validate")
    pictured = {clip.id for clip in subsample(clips, PICTURED)}
    checkpoints = [
        Checkpoint.of(
            clip, scratch, validation.plain(), file_digest(layout.compressed(clip.id)),
            picture=clip.id in pictured,
        )
        for clip in clips
    ]  # fmt: skip
    missing = [checkpoint for checkpoint in checkpoints if not checkpoint.done]
    with workers() as pool:
        score = partial(score_clip, validation=validation)
        map_items(pool, score, missing, label="validate", reads=clip_files)
    with written_whole(layout.MARKED) as folder:
        for checkpoint in checkpoints:
            marked = layout.marked(checkpoint.clip.id).relative_to(layout.MARKED)
            checkpoint.place_video(folder / marked)
    with written_whole(layout.PICTURES) as folder:
        for checkpoint in checkpoints:
            picture = layout.picture(checkpoint.clip.id).relative_to(layout.PICTURES)
            checkpoint.place_picture(folder / picture)
    validated = [ValidatedClip.of(checkpoint.numbers()) for checkpoint in checkpoints]
    write_table(layout.MARKED_TABLE, [checksum(clip.id) for clip in clips])
    write_table(layout.SCORES, [asdict(clip.score) for clip in validated])
    write_metrics(
        layout.metrics("validate"),
        summary(validated, validation.scheme, params.validation.confidence),
    )
    scratch.clear()


def validation_of(params: Params) -> Validation:
    """Return the test that the parameters ask for."""
    codec, settings = params.compress.codec, params.signature
    return Validation(
        scheme=adapted_scheme(load_signature(layout.SIGNATURE), codec, settings),
        key=secret_key(settings.demonstration_key),
        codec=codec,
        wrong_keys=params.validation.wrong_keys,
        seed=params.validation.seed,
    )


def checksum(clip_id: str) -> dict[str, str]:
    """Return a marked clip's row, so that who depends on the table depends on the file."""
    return {"id": clip_id, "sha256": file_digest(layout.marked(clip_id))}


def clip_files(checkpoint: Checkpoint) -> list[Path]:
    """Return the files that ``score_clip`` reads."""
    return [checkpoint.clip.file, layout.compressed(checkpoint.clip.id)]


def score_clip(checkpoint: Checkpoint, validation: Validation) -> None:
    """Mark one clip, compress it, and look for the right key and for wrong ones."""
    clip, scheme, codec = checkpoint.clip, validation.scheme, validation.codec
    original = clip.read()
    marked = scheme.mark(original, validation.key, clip_id=clip.id)
    encoded = codec.encode(marked, subject=clip.id)
    compressed = layout.compressed(clip.id).read_bytes()
    received, unmarked = (
        codec.decode(content, original, subject=clip.id) for content in (encoded, compressed)
    )
    keys = wrong_keys(validation.key, clip.id, validation.wrong_keys, validation.seed)
    trials = clip_trials(scheme, validation.key, keys, received, unmarked)
    quality, colour = measure(original, marked), colour_difference(original, marked)
    score = ValidationScore(
        id=clip.id,
        group=clip.group,
        frames=len(original),
        z_marked=trials.marked,
        z_unmarked=trials.unmarked,
        z_wrong_key_max=max(detection.score for detection in trials.chance),
        wrong_key_positives=trials.wrong_key_positives,
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
    bounds = [detection.bound for detection in trials.chance]
    reached = tuple(sum(bound <= level for bound in bounds) for level in LEVELS)
    checkpoint.leave(
        encode_lossless(marked),
        asdict(ValidatedClip(score, reached, len(bounds))),
        picture=png(comparison(original, marked)) if checkpoint.picture else None,
    )


def summary(clips: Sequence[ValidatedClip], scheme: Scheme, confidence: float) -> dict[str, Metric]:
    """Compute the metrics of the stage; every rate with its exact interval."""
    scores = [clip.score for clip in clips]
    trials = sum(clip.wrong_key_trials for clip in clips)
    rates = rates_with_chance(
        [score.z_marked for score in scores],
        [score.z_unmarked for score in scores],
        [score.wrong_key_positives for score in scores],
        trials,
        threshold=scheme.threshold,
        false_positive_bound=scheme.false_positive_bound,
        confidence=confidence,
    )
    reached = np.sum([clip.reached for clip in clips], axis=0)
    means = (
        "psnr_db", "ssim", "vmaf", "ciede2000_median", "ciede2000_p999",
        "flicker_median", "flicker_p999",
    )  # fmt: skip
    return {
        **rates,
        **{name: fmean(getattr(score, name) for score in scores) for name in means},
        # Extra bits that the mark costs at the same encoder setting, as a share of the unmarked.
        "bitrate_overhead": sum(score.bytes_marked for score in scores)
        / sum(score.bytes_unmarked for score in scores)
        - 1,
        "frames_per_clip": round(fmean(score.frames for score in scores)),
        "wrong_key_fpr": {
            f"{level:.0e}": {
                "rate": count / trials,
                "ci_high": exact_interval(count, trials, confidence)[1],
            }
            for level, count in zip(LEVELS, reached.tolist(), strict=True)
        },
    }


if __name__ == "__main__":
    parser().parse_args()
    run(main)
