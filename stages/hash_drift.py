"""Measure the fingerprint's drift under the codec, beside the distance of different videos."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np

from stages.common.command_line import parser
from stages.common.errors import AfterimageError
from stages.fingerprint.counted import Counted
from stages.fingerprint.distance import Bits, impostor_counts, nearest_impostors
from stages.fingerprint.impostors import threshold
from stages.fingerprint.rates import (
    area_under_curve,
    equal_error_rate,
    false_negative_rate,
    false_positive_rate,
)
from stages.fingerprint.recipe import Recipe, fingerprint, recipe
from stages.pipeline import layout
from stages.pipeline.metrics import write_metrics, write_table
from stages.pipeline.params import Params
from stages.pipeline.stage import run
from stages.pipeline.workers import map_items, workers
from stages.video.clips import NATURAL, Clip, read_manifest
from stages.video.codec import Codec


@dataclass(frozen=True)
class HashedClip:
    """A clip's fingerprint before the codec [shape=(bits,)], and its drift."""

    clip: Clip
    fingerprint: Bits
    drift: int


@dataclass(frozen=True)
class Drift:
    """The row of a clip: its drift, and its distance to the nearest other recording (-1: none)."""

    id: str
    kind: str
    group: str
    drift: int
    nearest_impostor: int


def main(params: Params) -> None:
    settings = params.fingerprint
    method = recipe(settings.recipe)
    clips = read_manifest(layout.MANIFEST)
    with workers() as pool:
        hash_both = partial(hash_clip, codec=params.compress.codec, recipe_name=settings.recipe)
        hashed = map_items(pool, hash_both, clips, label="fingerprint", reads=both_files)
    impostors = impostors_of(hashed, method)
    metrics = summary(hashed, impostors, method.bits, settings.false_positive_rate)
    write_table(layout.DRIFT, [asdict(row) for row in table(hashed, method)])
    write_table(layout.IMPOSTORS, tally(impostors))
    write_metrics(layout.metrics("hash_drift"), metrics)


def both_files(clip: Clip) -> list[Path]:
    """Return the files that ``hash_clip`` reads."""
    return [clip.file, layout.compressed(clip.id)]


def hash_clip(clip: Clip, codec: Codec, recipe_name: str) -> HashedClip:
    """Hash one clip before and after the codec."""
    original = clip.read()
    received = codec.decode(layout.compressed(clip.id).read_bytes(), original, subject=clip.id)
    before, after = (fingerprint(frames, recipe_name) for frames in (original, received))
    return HashedClip(clip, before, recipe(recipe_name).distance(before, after))


def impostors_of(hashed: Sequence[HashedClip], method: Recipe) -> Counted:
    """Count the distances between natural clips of different recordings."""
    return Counted(impostor_counts(*originals(natural(hashed)), method.distances))


def table(hashed: Sequence[HashedClip], method: Recipe) -> list[Drift]:
    """Make one row for each clip."""
    videos = natural(hashed)
    distances = nearest_impostors(*originals(videos), method.distances)
    nearest = {each.clip.id: bits for each, bits in zip(videos, distances, strict=True)}
    return [
        Drift(
            each.clip.id,
            each.clip.kind,
            each.clip.group,
            each.drift,
            nearest.get(each.clip.id, -1),
        )
        for each in hashed
    ]


def tally(impostors: Counted) -> list[dict[str, int]]:
    """List the distances at which there are pairs, and the number of pairs at each."""
    return [
        {"distance": distance, "pairs": pairs}
        for distance, pairs in enumerate(impostors.counts.tolist())
        if pairs
    ]


def natural(hashed: Sequence[HashedClip]) -> list[HashedClip]:
    """Return the clips that count as videos; the test patterns of one kind are much alike."""
    return [each for each in hashed if each.clip.kind == NATURAL]


def originals(hashed: Sequence[HashedClip]) -> tuple[list[Bits], list[str]]:
    """List the fingerprints before the codec, and the recording of each."""
    return [each.fingerprint for each in hashed], [each.clip.group for each in hashed]


def summary(
    hashed: Sequence[HashedClip], impostors: Counted, bits: int, stated_fpr: float
) -> dict[str, float | int]:
    """Compute the metrics of the stage: natural clips first, then the drift of each kind."""
    by_kind: dict[str, list[int]] = {}
    for each in hashed:
        by_kind.setdefault(each.clip.kind, []).append(each.drift)
    genuine = np.array(by_kind.get(NATURAL, []))
    if not impostors.size:
        raise AfterimageError(f"{layout.MANIFEST}: no two natural clips of different recordings")
    limit = threshold(impostors, bits, false_positive_rate=stated_fpr)
    return {
        "bits": bits,
        "drift_median": float(np.median(genuine)),
        "drift_p95": float(np.percentile(genuine, 95)),
        "drift_max": int(genuine.max()),
        "impostor_min": impostors.least,
        "impostor_median": impostors.median,
        "threshold": limit,
        "fnr": false_negative_rate(genuine, limit),
        "fpr": false_positive_rate(impostors, limit),
        "eer": equal_error_rate(genuine, impostors),
        "auc": area_under_curve(genuine, impostors),
        "clips": int(genuine.size),
        "impostor_pairs": impostors.size,
        **{
            f"drift_median_{kind}": float(median(values))
            for kind, values in sorted(by_kind.items())
        },
        **{f"drift_max_{kind}": max(values) for kind, values in sorted(by_kind.items())},
    }


if __name__ == "__main__":
    parser().parse_args()
    run(main)
