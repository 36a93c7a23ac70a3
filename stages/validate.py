"""Mark the held-out clips, put them through the real codec, and count what is found.

False positives are counted where nothing may be found: in unmarked clips under the right key,
and in marked and unmarked clips under many wrong keys.
"""

from dataclasses import asdict, dataclass, field
from functools import partial
from statistics import fmean, median

from stages.errors import AfterimageError
from stages.marking import conditions, headroom
from stages.pipeline import layout
from stages.pipeline.key import secret_key
from stages.pipeline.metrics import write_metrics, write_table
from stages.pipeline.params import Params, Validate
from stages.pipeline.stage import run
from stages.pipeline.workers import map_items, workers
from stages.signature.blocks import Headroom
from stages.signature.bound import false_positive_bound, threshold
from stages.signature.chips import derived_key
from stages.signature.closed_loop import ClosedLoop, embed_adapted
from stages.signature.detect import correlate, correlate_many, features
from stages.signature.spectrum import Signature, load_signature
from stages.statistics import auc, exact_interval
from stages.video.clips import Clip, of_split, read_manifest
from stages.video.codec import Codec
from stages.video.quality import measure


@dataclass(frozen=True)
class Check:
    """How every clip is checked: the same for all."""

    signature: Signature
    codec: Codec
    key: bytes = field(repr=False)
    psnr_db: float
    headroom: Headroom
    loop: ClosedLoop
    threshold: float
    wrong_keys: int
    seed: int


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
    bytes_marked: int
    bytes_unmarked: int


def main(params: Params) -> None:
    clips = of_split(read_manifest(layout.MANIFEST), "test")
    if not clips:
        raise AfterimageError(f"{layout.MANIFEST}: no natural clip to test on")
    settings = params.signature
    codec = params.compress.codec
    check = Check(
        signature=load_signature(layout.SIGNATURE),
        codec=codec,
        key=secret_key(settings.demonstration_key),
        psnr_db=settings.psnr_db,
        headroom=headroom(params.signature),
        loop=ClosedLoop(conditions(params.compress, params.signature), settings.closed_loop),
        threshold=threshold(settings.false_positive_rate),
        wrong_keys=params.validation.wrong_keys,
        seed=params.validation.seed,
    )
    with workers() as pool:
        scores = map_items(pool, partial(score_clip, check=check), clips, label="validate")
    write_table(layout.SCORES, [asdict(score) for score in scores])
    write_metrics(layout.metrics("validate"), summary(scores, check.threshold, params.validation))


def score_clip(clip: Clip, check: Check) -> Score:
    """Mark one clip, compress it, and look for the right key and for wrong ones."""
    original = clip.read()
    marked = embed_adapted(
        original, check.signature, check.key,
        psnr_db=check.psnr_db, headroom=check.headroom, loop=check.loop,
    )  # fmt: skip
    encoded = check.codec.encode(marked, subject=clip.id)
    received = check.codec.decode(encoded, original, subject=clip.id)
    compressed = layout.compressed(clip.id).read_bytes()
    unmarked = check.codec.decode(compressed, original, subject=clip.id)
    in_marked = features(received, check.signature)
    in_unmarked = features(unmarked, check.signature)
    purpose = f"wrong key/{check.seed}/{clip.id}"
    keys = [derived_key(check.key, f"{purpose}/{index}") for index in range(check.wrong_keys)]
    wrong = [*correlate_many(in_marked, keys), *correlate_many(in_unmarked, keys)]
    quality = measure(original, marked)
    return Score(
        id=clip.id,
        group=clip.group,
        frames=len(original),
        z_marked=correlate(in_marked, check.key),
        z_unmarked=correlate(in_unmarked, check.key),
        z_wrong_key_max=max(wrong),
        wrong_key_positives=sum(z >= check.threshold for z in wrong),
        psnr_db=quality.psnr_db,
        ssim=quality.ssim,
        vmaf=quality.vmaf,
        bytes_marked=len(encoded),
        bytes_unmarked=len(compressed),
    )


def summary(scores: list[Score], z_threshold: float, settings: Validate) -> dict[str, float | int]:
    """The metrics of the stage; every rate with its exact interval."""
    found = sum(score.z_marked >= z_threshold for score in scores)
    tpr_low, tpr_high = exact_interval(found, len(scores), settings.confidence)
    wrong_key_trials = 2 * settings.wrong_keys * len(scores)
    innocent_trials = wrong_key_trials + len(scores)
    accused = sum(score.wrong_key_positives + (score.z_unmarked >= z_threshold) for score in scores)
    return {
        "tpr": found / len(scores),
        "tpr_ci_low": tpr_low,
        "tpr_ci_high": tpr_high,
        "fpr": accused / innocent_trials,
        "fpr_ci_high": exact_interval(accused, innocent_trials, settings.confidence)[1],
        "fpr_bound": false_positive_bound(z_threshold),
        "z_threshold": z_threshold,
        "z_median": median(score.z_marked for score in scores),
        "z_min": min(score.z_marked for score in scores),
        "auc": auc([s.z_marked for s in scores], [s.z_unmarked for s in scores]),
        "psnr_db": fmean(score.psnr_db for score in scores),
        "ssim": fmean(score.ssim for score in scores),
        "vmaf": fmean(score.vmaf for score in scores),
        # Extra bits that the mark costs at the same encoder setting, as a share of the unmarked.
        "bitrate_overhead": sum(s.bytes_marked for s in scores)
        / sum(s.bytes_unmarked for s in scores)
        - 1,
        "clips": len(scores),
        "frames_per_clip": round(fmean(score.frames for score in scores)),
        "wrong_key_trials": wrong_key_trials,
    }


if __name__ == "__main__":
    run(main)
