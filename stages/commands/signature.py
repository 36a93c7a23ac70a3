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
    from stages.commands.signature_arguments import parsed
    from stages.own.detect_file import detect_file
    from stages.own.mark_file import mark_file
    from stages.signature.model.chips import video_key
    from stages.signature.model.spectrum import load_signature


def main() -> int:
    """Run the command that the arguments name; return the exit status."""
    require_open_streams()
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    arguments = parsed(__doc__)
    with interrupted_by_signals():
        return {"mark": mark, "detect": detect, "key": key}[arguments.command](arguments)


def mark(arguments: argparse.Namespace) -> int:
    """Mark IN, and print how strongly and how surely; return the exit status."""
    if arguments.target.exists() and arguments.target.samefile(arguments.source):
        raise AfterimageError(f"{arguments.target}: IN and OUT are the same file")
    marked = mark_file(
        arguments.source, arguments.target, load_signature(arguments.signature), key_of(arguments),
        psnr_db=arguments.psnr, encoding=arguments.encoding,
    )  # fmt: skip
    if arguments.json:
        summary = {
            "encoder": arguments.encoding.encoder,
            "crf": arguments.encoding.crf,
            "psnr_db": round(marked.psnr_db, 4),
        }
        print(_as_json(summary | marked.verdict.as_json()))
    else:
        print(f"marked: {marked.frames} frames, PSNR of the mark {marked.psnr_db:.2f} dB")
        print(f"in {arguments.target}: {marked.verdict}")
    return FOUND


def detect(arguments: argparse.Namespace) -> int:
    """Look for the mark in VIDEO, and print the finding; return the exit status."""
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


if __name__ == "__main__":
    with report_errors(ERROR):
        sys.exit(main())
