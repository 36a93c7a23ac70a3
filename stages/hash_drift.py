"""How many bits of the fingerprint the codec flips, beside how far apart different videos are.

Given a folder on the command line, it measures the videos in there without DVC (`own_videos`).
"""

import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np

from stages.commands import drift as own_videos
from stages.common.command_line import report_errors
from stages.common.errors import AfterimageError
from stages.fingerprint.counted import Counted
from stages.fingerprint.distance import Bits, hamming, impostor_counts, nearest_impostors
from stages.fingerprint.impostors import threshold
from stages.fingerprint.rates import (
    area_under_curve,
    equal_error_rate,
    false_negative_rate,
    false_positive_rate,
)
from stages.fingerprint.recipe import BITS, fingerprint
from stages.pipeline import layout
from stages.pipeline.metrics import write_metrics, write_table
from stages.pipeline.params import Params
from stages.pipeline.stage import run
from stages.pipeline.workers import map_items, workers
from stages.video.clips import NATURAL, Clip, read_manifest
from stages.video.codec import Codec


@dataclass(frozen=True)
class Hashed:
    """A clip and its fingerprints before and after the codec [shape=(256,)]."""

    clip: Clip
    before: Bits
    after: Bits

    @property
    def drift(self) -> int:
        return hamming(self.before, self.after)


@dataclass(frozen=True)
class Drift:
    """One clip: how far it drifted, and how near the nearest other recording is (-1: none)."""

    id: str
    kind: str
    group: str
    drift: int
    nearest_impostor: int


def main(params: Params) -> None:
    settings = params.fingerprint
    clips = read_manifest(layout.MANIFEST)
    with workers() as pool:
        hash_both = partial(hash_clip, codec=params.compress.codec, recipe=settings.recipe)
        hashed = map_items(pool, hash_both, clips, label="fingerprint", reads=both_files)
    impostors = Counted(impostor_counts(*originals(natural(hashed))))
    metrics = summary(hashed, impostors, settings.false_positive_rate)
    write_table(layout.DRIFT, [asdict(row) for row in table(hashed)])
    write_table(layout.IMPOSTORS, tally(impostors))
    write_metrics(layout.metrics("hash_drift"), metrics)


def both_files(clip: Clip) -> list[Path]:
    """What ``hash_clip`` reads."""
    return [clip.file, layout.compressed(clip.id)]


def hash_clip(clip: Clip, codec: Codec, recipe: str) -> Hashed:
    """The fingerprint of one clip before and after the codec."""
    original = clip.read()
    received = codec.decode(layout.compressed(clip.id).read_bytes(), original, subject=clip.id)
    return Hashed(clip, fingerprint(original, recipe), fingerprint(received, recipe))


def table(hashed: Sequence[Hashed]) -> list[Drift]:
    """One row a clip."""
    innocent = natural(hashed)
    near = nearest_impostors(*originals(innocent))
    nearest = {one.clip.id: bits for one, bits in zip(innocent, near, strict=True)}
    return [
        Drift(one.clip.id, one.clip.kind, one.clip.group, one.drift, nearest.get(one.clip.id, -1))
        for one in hashed
    ]


def tally(impostors: Counted) -> list[dict[str, int]]:
    """How many pairs of different recordings are how far apart."""
    return [
        {"distance": distance, "pairs": pairs}
        for distance, pairs in enumerate(impostors.counts.tolist())
        if pairs
    ]


def natural(hashed: Sequence[Hashed]) -> list[Hashed]:
    """Those that count as videos; the test patterns of one kind are much alike."""
    return [one for one in hashed if one.clip.kind == NATURAL]


def originals(hashed: Sequence[Hashed]) -> tuple[list[Bits], list[str]]:
    """Fingerprints before the codec, and the recording of each."""
    return [one.before for one in hashed], [one.clip.group for one in hashed]


def summary(
    hashed: Sequence[Hashed], impostors: Counted, stated_fpr: float
) -> dict[str, float | int]:
    """The metrics of the stage: natural clips first, then the drift of each test pattern."""
    by_kind: dict[str, list[int]] = {}
    for one in hashed:
        by_kind.setdefault(one.clip.kind, []).append(one.drift)
    genuine = np.array(by_kind.get(NATURAL, []))
    if not impostors.size:
        raise AfterimageError(f"{layout.MANIFEST}: no two natural clips of different recordings")
    limit = threshold(impostors, bits=BITS, false_positive_rate=stated_fpr)
    return {
        "bits": BITS,
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
    if sys.argv[1:]:
        with report_errors():
            own_videos.main()
    else:
        run(main)
