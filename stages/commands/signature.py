"""Mark a video of one's own with a secret key, and find the mark again.

The key, 16 bytes or more, comes from the environment (AFTERIMAGE_KEY, or AFTERIMAGE_KEY_FILE with
the name of a file) or from --key-file. Exit status: 0 found, marked or printed; 1 not found; 2 for
everything else (130 if interrupted).
"""

import argparse
import json
import logging
import sys
from typing import Any

from stages.common.command_line import (
    interrupted_by_signals,
    report_errors,
    require_open_streams,
)
from stages.common.errors import AfterimageError
from stages.common.key import KEY, KEY_FILE, to_text, user_key

FOUND, NOT_FOUND, ERROR = 0, 1, 2

with report_errors(ERROR):
    # Python's own exit status, if one of them cannot be imported, is that of NOT_FOUND.
    from stages.commands.command import Command, command_parser
    from stages.commands.signature_arguments import add_detect, add_key, add_mark, encoding
    from stages.own.detect_file import detect_file
    from stages.own.mark_file import mark_file
    from stages.signature.model.chips import video_key
    from stages.signature.model.spectrum import load_signature


def main() -> int:
    """Run the command that the arguments name; return the exit status."""
    require_open_streams()
    parser = command_parser("python -m stages.signature", __doc__, COMMANDS)
    arguments = parser.parse_args()
    return int(arguments.run(arguments))


@interrupted_by_signals()
def mark(arguments: argparse.Namespace) -> int:
    """Mark IN, and print how strongly and how surely; return the exit status."""
    _log_to_stderr()
    mark_encoding = encoding(arguments)
    if arguments.target.exists() and arguments.target.samefile(arguments.source):
        raise AfterimageError(f"{arguments.target}: IN and OUT are the same file")
    marked = mark_file(
        arguments.source, arguments.target, load_signature(arguments.signature), key_of(arguments),
        psnr_db=arguments.psnr, encoding=mark_encoding,
    )  # fmt: skip
    if arguments.json:
        summary = {
            "encoder": mark_encoding.encoder,
            "crf": mark_encoding.crf,
            "psnr_db": round(marked.psnr_db, 4),
        }
        print(_as_json(summary | marked.verdict.as_json()))
    else:
        print(f"marked: {marked.frames} frames, PSNR of the mark {marked.psnr_db:.2f} dB")
        print(f"in {arguments.target}: {marked.verdict}")
    return FOUND


@interrupted_by_signals()
def detect(arguments: argparse.Namespace) -> int:
    """Look for the mark in VIDEO, and print the finding; return the exit status."""
    _log_to_stderr()
    verdict = detect_file(
        arguments.video, load_signature(arguments.signature), key_of(arguments),
        excerpt=arguments.excerpt, false_positive_rate=arguments.false_positive_rate,
    )  # fmt: skip
    if verdict.undecidable:
        raise AfterimageError(
            f"{arguments.video}: undecidable: {verdict.frames} frames are too few, too still or "
            f"too plain for any mark to be found in (z is at most {verdict.greatest_z:.2f}, and "
            f"{verdict.threshold:.2f} would be needed)"
        )
    print(_as_json(verdict.as_json()) if arguments.json else verdict)
    return FOUND if verdict.found else NOT_FOUND


@interrupted_by_signals()
def key(arguments: argparse.Namespace) -> int:
    """Print the key of one video, as --key-file reads it; return the exit status."""
    print(to_text(key_of(arguments)))
    return FOUND


def key_of(arguments: argparse.Namespace) -> bytes:
    """Return the user's key, or the one derived from it for a video."""
    user = user_key(arguments.key_file)
    if user is None:
        raise AfterimageError(
            f"no key: set {KEY} (16 bytes or more) or {KEY_FILE}, or name a file with --key-file"
        )
    return user if arguments.video_id is None else video_key(user, arguments.video_id)


def _as_json(summary: dict[str, Any]) -> str:
    # JSON has no NaN.
    return json.dumps(summary, indent=2, allow_nan=False)


def _log_to_stderr() -> None:
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)


COMMANDS = {
    "mark": Command(
        "Write a marked copy of a video", "film.mp4 marked.mp4 --key-file my.key", add_mark, mark,
        "Write a copy of a video with an invisible mark that only the key finds again. Audio, "
        "subtitles and tags are kept. The key, 16 bytes or more, comes from --key-file, or from "
        f"the environment: {KEY}, or {KEY_FILE} with the name of a file.",
    ),
    "detect": Command(
        "Look for the mark in a video", "received.mp4 --key-file my.key", add_detect, detect,
        "Look for the mark of a key in a video, and print how surely it is there. The signature "
        "must be that with which the video was marked. The exit status is 0 if the mark is found, "
        "1 if not, and 2 for everything else.",
    ),
    "key": Command(
        "Print the key of one video, to give it away",
        "--video-id film-7 --key-file my.key > film-7.key", add_key, key,
        "Print the key of one video as text, for a file that --key-file reads. Whoever has it can "
        "find this video's mark, take it out and forge it, but not that of another video.",
    ),
}  # fmt: skip


if __name__ == "__main__":
    with report_errors(ERROR):
        sys.exit(main())
