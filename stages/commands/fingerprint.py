"""Print the fingerprint of a video, or of two and what their distance proves.

Two videos are also compared mirrored, and without their black bars, if there are any; the bound
on the probability of a false match pays for every comparison.
"""

import argparse
import logging
from pathlib import Path

from stages.common.command_line import positive, report_errors
from stages.fingerprint.distance import to_hex
from stages.fingerprint.recipe import fingerprint_file, readings
from stages.own.comparison import verdict


def main() -> None:
    logging.basicConfig(format="%(message)s")
    asked = arguments()
    if len(asked.videos) == 1:
        print(to_hex(fingerprint_file(asked.videos[0], max_frames=asked.max_frames)))
        return
    first = readings(asked.videos[0], max_frames=asked.max_frames)
    # To mirror one of the two is enough.
    second = readings(asked.videos[1], max_frames=asked.max_frames, mirrored=True)
    print(to_hex(first[0]), to_hex(second[0]), verdict(first, second), sep="\n")


def arguments() -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(prog="python -m stages.fingerprint", description=__doc__)
    parser.add_argument(
        "videos", type=Path, nargs="+", metavar="VIDEO", help="one or two, in any format"
    )
    parser.add_argument(
        "--max-frames", type=positive, metavar="N", help="only the first N frames (default: all)"
    )
    asked = parser.parse_args()
    if len(asked.videos) > 2:
        parser.error(f"{len(asked.videos)} videos given: one, or two to compare")
    return asked


if __name__ == "__main__":
    with report_errors():
        main()
