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

from stages.commands.command import Command
from stages.common.command_line import parser, positive, report_errors
from stages.common.errors import AfterimageError, VideoError
from stages.fingerprint.distance import Bits, hamming, impostor_distances, nearest_impostors
from stages.own.comparison import FALSE_POSITIVE_RATE, IMPOSTORS
from stages.own.readings import fingerprint_file
from stages.pipeline.processes import processes
from stages.pipeline.workers import map_items
from stages.sources.folder.source import FolderOffer, offers
from stages.video.codec import Codec
from stages.video.encoder import encoder
from stages.video.frames import Geometry

ENCODER = "libx264"
# The frame of the encoded video: as in the pipeline.
GEOMETRY = Geometry(320, 240)


@dataclass(frozen=True)
class HashedVideo:
    """A video's fingerprint before the codec [shape=(256,)], and its drift in bits."""

    video: FolderOffer
    fingerprint: Bits
    drift: int


def main() -> None:
    command = parser()
    add_arguments(command)
    print_drifts(command.parse_args())


def print_drifts(args: argparse.Namespace) -> int:
    """Hash every video before and after the codec, and print the drifts; return the status."""
    logging.basicConfig(format="%(message)s")
    videos = offers(args.folder, args.group_regex)
    codec = Codec(encoder=ENCODER, crf=args.crf)
    with processes() as pool:
        measure = partial(hash_video, codec=codec, max_frames=args.max_frames)
        results = map_items(pool, measure, videos, label="drift")
    hashed = [result for result in results if isinstance(result, HashedVideo)]
    for complaint in (result for result in results if isinstance(result, str)):
        print(f"skipped: {complaint}", file=sys.stderr)
    if not hashed:
        raise AfterimageError(f"none of the {len(videos)} videos can be decoded")
    print("\n".join(table(hashed)))
    print(summary(hashed, args.crf))
    return 0


def hash_video(video: FolderOffer, codec: Codec, max_frames: int | None) -> HashedVideo | str:
    """Hash a video before and after the codec; return the complaint if it cannot be decoded."""
    with tempfile.TemporaryDirectory() as folder:
        received = Path(folder, "received.mkv")
        try:
            before = fingerprint_file(video.source, max_frames=max_frames)
            codec.transcode(video.source, received, GEOMETRY, max_frames=max_frames)
            return HashedVideo(video, before, hamming(before, fingerprint_file(received)))
        except VideoError as error:
            return " ".join(str(error).split())


def originals(hashed: Sequence[HashedVideo]) -> tuple[list[Bits], list[str]]:
    """List the fingerprints before the codec, and the recording of each."""
    return [each.fingerprint for each in hashed], [each.video.group for each in hashed]


def table(hashed: Sequence[HashedVideo]) -> list[str]:
    """Write a line for each video: its drift, its distance to the nearest other recording."""
    nearest = nearest_impostors(*originals(hashed))
    return [
        "drift  nearest  video",
        *(
            f"{each.drift:5}  {bits if bits >= 0 else '-':>7}  {each.video.id}"
            for each, bits in zip(hashed, nearest, strict=True)
        ),
    ]


def summary(hashed: Sequence[HashedVideo], crf: int) -> str:
    """Describe all videos in a few lines."""
    drifts = np.array([each.drift for each in hashed])
    limit = IMPOSTORS.threshold(FALSE_POSITIVE_RATE)
    impostors = impostor_distances(*originals(hashed))
    apart = "none"
    if impostors.size:
        apart = f"least {impostors.min()}, median {np.median(impostors):g}"
    return (
        f"drift at CRF {crf}: median {np.median(drifts):g}, 95th percentile "
        f"{np.percentile(drifts, 95):.3g}, most {drifts.max()} of {IMPOSTORS.bits} bits\n"
        f"distance between different recordings: {apart}\n"
        f"found again: {np.count_nonzero(drifts <= limit)} of {drifts.size}, up to {limit} bits "
        f"(at most {FALSE_POSITIVE_RATE:.0e} false, by the public impostor model)"
    )


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the arguments to a parser."""
    command.add_argument("folder", type=Path, metavar="DIR", help="searched with its subfolders")
    command.add_argument(
        "--crf", type=int, default=28, choices=range(encoder(ENCODER).max_crf + 1), metavar="CRF",
        help=f"0 to {encoder(ENCODER).max_crf} (default: 28)",
    )  # fmt: skip
    command.add_argument(
        "--max-frames", type=positive, metavar="N",
        help="only the first N frames of each video (default: all)",
    )  # fmt: skip
    command.add_argument(
        "--group-regex", type=regex, default="$^", metavar="REGEX",
        help="its match in a file name names the recording (default: each file is its own)",
    )  # fmt: skip


def regex(text: str) -> str:
    """Check a regular expression: an argument's type."""
    try:
        re.compile(text)
    except re.error as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return text


COMMANDS = {
    "drift": Command(
        "Measure how far x264 moves the fingerprints of a folder of videos",
        "videos/ --crf 35", add_arguments, print_drifts,
        "Encode every video with x264, and print how many bits of its fingerprint change. The "
        "threshold is that of the public impostor model, so a handful of videos is enough.",
    )
}  # fmt: skip


if __name__ == "__main__":
    with report_errors():
        main()
