"""Print the fingerprint of a video, or those of two and what their distance proves.

Two videos are also compared mirrored, and without their black bars if there are any; the bound on
the probability of a false match pays for every comparison.
"""

import argparse
import logging
from pathlib import Path

from stages.common.command_line import positive, report_errors
from stages.fingerprint.distance import to_hex
from stages.own.comparison import compare
from stages.own.readings import fingerprint_file, readings


def main() -> None:
    logging.basicConfig(format="%(message)s")
    args = arguments()
    if len(args.videos) == 1:
        print(to_hex(fingerprint_file(args.videos[0], max_frames=args.max_frames)))
        return
    first = readings(args.videos[0], max_frames=args.max_frames)
    # To mirror one of the two is enough.
    second = readings(args.videos[1], max_frames=args.max_frames, mirrored=True)
    print(to_hex(first[0]), to_hex(second[0]), compare(first, second), sep="\n")


def arguments() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(prog="python -m stages.fingerprint", description=__doc__)
    parser.add_argument(
        "videos", type=Path, nargs="+", metavar="VIDEO", help="one or two, in any format"
    )
    parser.add_argument(
        "--max-frames", type=positive, metavar="N", help="only the first N frames (default: all)"
    )
    args = parser.parse_args()
    if len(args.videos) > 2:
        parser.error(f"at most two videos can be compared, and there are {len(args.videos)}")
    return args


if __name__ == "__main__":
    with report_errors():
        main()
