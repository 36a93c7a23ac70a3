"""How many bits of the fingerprint the codec flips, beside how far apart different videos are.

Given a folder on the command line, it measures the videos in there without DVC (`own_videos`).
"""

import sys
from dataclasses import asdict, dataclass
from functools import partial
from statistics import median

import numpy as np
from numpy.typing import NDArray

from stages import own_videos
from stages.command_line import told_in_one_line
from stages.errors import AfterimageError
from stages.fingerprint.distance import hamming, pairwise
from stages.fingerprint.impostors import threshold
from stages.fingerprint.rates import equal_error_rate, false_negative_rate, false_positive_rate
from stages.fingerprint.recipe import BITS, fingerprint
from stages.pipeline import layout
from stages.pipeline.metrics import write_metrics, write_table
from stages.pipeline.params import Params
from stages.pipeline.stage import run
from stages.pipeline.workers import map_items, workers
from stages.statistics import auc
from stages.video.clips import NATURAL, Clip, read_manifest
from stages.video.codec import Codec

Bits = NDArray[np.bool_]


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
        hashes = map_items(pool, hash_both, clips, label="fingerprint")
    drifts = [hamming(before, after) for before, after in hashes]
    distances = impostor_distances(clips, [before for before, _ in hashes])
    write_table(layout.DRIFT, [asdict(row) for row in table(clips, drifts, distances)])
    write_metrics(
        layout.metrics("hash_drift"),
        summary(clips, drifts, distances, settings.false_positive_rate),
    )


def hash_clip(clip: Clip, codec: Codec, recipe: str) -> tuple[Bits, Bits]:
    """The fingerprint of one clip before and after the codec."""
    original = clip.read()
    received = codec.decode(layout.compressed(clip.id).read_bytes(), original, subject=clip.id)
    return fingerprint(original, recipe), fingerprint(received, recipe)


def impostor_distances(clips: list[Clip], hashes: list[Bits]) -> NDArray[np.int64]:
    """Distances of natural clips of different recordings; elsewhere -1 [shape=(n, n)]."""
    groups = np.array([clip.group for clip in clips])
    natural = np.array([clip.kind == NATURAL for clip in clips])
    innocent = (groups[:, None] != groups) & natural[:, None] & natural
    return np.where(innocent, pairwise(np.stack(hashes)), -1)


def table(clips: list[Clip], drifts: list[int], distances: NDArray[np.int64]) -> list[Drift]:
    """One row a clip."""
    rows = []
    for clip, drift, row in zip(clips, drifts, distances, strict=True):
        others = row[row >= 0]
        nearest = int(others.min()) if others.size else -1
        rows.append(Drift(clip.id, clip.kind, clip.group, drift, nearest))
    return rows


def summary(
    clips: list[Clip], drifts: list[int], distances: NDArray[np.int64], stated_fpr: float
) -> dict[str, float | int]:
    """The metrics of the stage: natural clips first, then the drift of each test pattern."""
    by_kind: dict[str, list[int]] = {}
    for clip, drift in zip(clips, drifts, strict=True):
        by_kind.setdefault(clip.kind, []).append(drift)
    genuine = np.array(by_kind.get(NATURAL, []))
    # Each pair once.
    impostors = distances[np.triu_indices(len(clips), k=1)]
    impostors = impostors[impostors >= 0]
    if not genuine.size or not impostors.size:
        raise AfterimageError(f"{layout.MANIFEST}: no two natural clips of different recordings")
    limit = threshold(impostors, bits=BITS, false_positive_rate=stated_fpr)
    return {
        "bits": BITS,
        "drift_median": float(np.median(genuine)),
        "drift_p95": float(np.percentile(genuine, 95)),
        "drift_max": int(genuine.max()),
        "impostor_min": int(impostors.min()),
        "impostor_median": float(np.median(impostors)),
        "threshold": limit,
        "fnr": false_negative_rate(genuine, limit),
        "fpr": false_positive_rate(impostors, limit),
        "eer": equal_error_rate(genuine, impostors),
        # A small distance says genuine.
        "auc": auc(-genuine, -impostors),
        "clips": int(genuine.size),
        "impostor_pairs": int(impostors.size),
        **{
            f"drift_median_{kind}": float(median(values))
            for kind, values in sorted(by_kind.items())
        },
        **{f"drift_max_{kind}": max(values) for kind, values in sorted(by_kind.items())},
    }


if __name__ == "__main__":
    if sys.argv[1:]:
        with told_in_one_line():
            own_videos.main()
    else:
        run(main)
