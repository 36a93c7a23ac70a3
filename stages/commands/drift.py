"""Measure the fingerprint's drift on a folder of videos, without DVC.

Every video is encoded with x264 and hashed before and after. The threshold is that of the public
impostor model, so a handful of videos is enough.
"""

import argparse
import logging
import re
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from stages.common.command_line import positive
from stages.common.errors import AfterimageError, VideoError
from stages.fingerprint.distance import Bits, hamming, impostor_distances, nearest_impostors
from stages.fingerprint.recipe import BITS, fingerprint_file
from stages.own.comparison import FALSE_POSITIVE_RATE, IMPOSTORS
from stages.pipeline.processes import processes
from stages.pipeline.workers import map_items
from stages.sources.folder.source import FolderOffer, offers
from stages.video.codec import MAX_CRF, Codec
from stages.video.frames import Geometry

# What is encoded: as in the pipeline.
GEOMETRY = Geometry(320, 240)


@dataclass(frozen=True)
class Hashes:
    """A video's fingerprints before and after the codec [shape=(256,)]."""

    video: FolderOffer
    before: Bits
    after: Bits

    @property
    def drift(self) -> int:
        return hamming(self.before, self.after)


def main() -> None:
    logging.basicConfig(format="%(message)s")
    asked = arguments()
    videos = offers(asked.folder, asked.group_regex)
    with processes() as pool:
        measure = partial(hash_video, codec=Codec(crf=asked.crf), max_frames=asked.max_frames)
        found = map_items(pool, measure, videos, label="hash_drift")
    hashed = [one for one in found if isinstance(one, Hashes)]
    for complaint in (one for one in found if isinstance(one, str)):
        print(f"skipped: {complaint}", file=sys.stderr)
    if not hashed:
        raise AfterimageError(f"none of the {len(videos)} videos can be decoded")
    print("\n".join(table(hashed)))
    print(summary(hashed, asked.crf))


def hash_video(video: FolderOffer, codec: Codec, max_frames: int | None) -> Hashes | str:
    """The fingerprints of a video, or what is wrong with it."""
    with tempfile.TemporaryDirectory() as folder:
        received = Path(folder, "received.mkv")
        try:
            before = fingerprint_file(video.source, max_frames=max_frames)
            codec.transcode(video.source, received, GEOMETRY, max_frames=max_frames)
            return Hashes(video, before, fingerprint_file(received))
        except VideoError as error:
            return " ".join(str(error).split())


def originals(hashed: Sequence[Hashes]) -> tuple[list[Bits], list[str]]:
    """Fingerprints before the codec, and the recording of each."""
    return [one.before for one in hashed], [one.video.group for one in hashed]


def table(hashed: Sequence[Hashes]) -> list[str]:
    """One line a video: its drift, and how near the nearest other recording is, in bits."""
    nearest = nearest_impostors(*originals(hashed))
    return [
        "drift  nearest  video",
        *(
            f"{one.drift:5}  {bits if bits >= 0 else '-':>7}  {one.video.id}"
            for one, bits in zip(hashed, nearest, strict=True)
        ),
    ]


def summary(hashed: Sequence[Hashes], crf: int) -> str:
    """All videos in a few lines."""
    drifts = np.array([one.drift for one in hashed])
    limit = IMPOSTORS.threshold(FALSE_POSITIVE_RATE)
    others = impostor_distances(*originals(hashed))
    apart = f"least {others.min()}, median {np.median(others):g}" if others.size else "none"
    return (
        f"drift at CRF {crf}: median {np.median(drifts):g}, 95th percentile "
        f"{np.percentile(drifts, 95):.3g}, most {drifts.max()} of {BITS} bits\n"
        f"distance of different recordings: {apart}\n"
        f"found again: {np.count_nonzero(drifts <= limit)} of {drifts.size}, up to {limit} bits "
        f"(at most {FALSE_POSITIVE_RATE:.0e} false, by the public impostor model)"
    )


def arguments() -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(prog="python -m stages.hash_drift", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR", help="searched with its subfolders")
    parser.add_argument(
        "--crf", type=int, default=28, choices=range(MAX_CRF["libx264"] + 1), metavar="CRF",
        help="0 to 51 (default: 28)",
    )  # fmt: skip
    parser.add_argument(
        "--max-frames", type=positive, metavar="N",
        help="only the first N frames of each video (default: all)",
    )  # fmt: skip
    parser.add_argument(
        "--group-regex", default="$^", metavar="REGEX",
        help="what it captures in a file name is the recording (default: each file is its own)",
    )  # fmt: skip
    asked = parser.parse_args()
    try:
        re.compile(asked.group_regex)
    except re.error as error:
        parser.error(f"argument --group-regex: {error}")
    return asked
