"""Print the fingerprint of a video, or those of two and what their distance proves.

Two videos are also compared mirrored, and without their black bars if there are any; the bound on
the probability of a false match pays for every comparison.
"""

import argparse
import logging
from functools import partial
from pathlib import Path

from stages.commands.command import Command
from stages.common.command_line import positive, report_errors
from stages.fingerprint.distance import to_hex
from stages.own.comparison import compare
from stages.own.readings import fingerprint_file, readings


def main() -> None:
    args = arguments()
    (print_hash if len(args.videos) == 1 else print_comparison)(args)


def print_hash(args: argparse.Namespace) -> int:
    """Print the fingerprint of the only video; return the exit status."""
    logging.basicConfig(format="%(message)s")
    print(to_hex(fingerprint_file(args.videos[0], max_frames=args.max_frames)))
    return 0


def print_comparison(args: argparse.Namespace) -> int:
    """Print the fingerprints of both videos and their comparison; return the exit status."""
    logging.basicConfig(format="%(message)s")
    first = readings(args.videos[0], max_frames=args.max_frames)
    # To mirror one of the two is enough.
    second = readings(args.videos[1], max_frames=args.max_frames, mirrored=True)
    print(to_hex(first[0]), to_hex(second[0]), compare(first, second), sep="\n")
    return 0


def arguments() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(prog="python -m stages.fingerprint", description=__doc__)
    parser.add_argument(
        "videos", type=Path, nargs="+", metavar="VIDEO", help="one or two, in any format"
    )
    _add_max_frames(parser)
    args = parser.parse_args()
    if len(args.videos) > 2:
        parser.error(f"at most two videos can be compared, and there are {len(args.videos)}")
    return args


def _add_videos(command: argparse.ArgumentParser, count: int) -> None:
    command.add_argument("videos", type=Path, nargs=count, metavar="VIDEO", help="in any format")
    _add_max_frames(command)


def _add_max_frames(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--max-frames", type=positive, metavar="N", help="only the first N frames (default: all)"
    )


COMMANDS = {
    "hash": Command(
        "Print the fingerprint of a video", "film.mp4", partial(_add_videos, count=1), print_hash
    ),
    "compare": Command(
        "Tell whether two videos are the same, by their fingerprints", "film.mp4 copy.mkv",
        partial(_add_videos, count=2), print_comparison,
        "Print the fingerprints of two videos, and what their distance proves. They are also "
        "compared mirrored, and without their black bars if there are any.",
    ),
}  # fmt: skip


if __name__ == "__main__":
    with report_errors():
        main()
