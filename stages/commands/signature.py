"""Mark a video of one's own with a secret key, and find the mark again.

The key, 16 bytes or more, comes from the environment (AFTERIMAGE_KEY, or AFTERIMAGE_KEY_FILE with
the name of a file) or from --key-file. Exit status: 0 found or marked, 1 not found, 2 an error.
"""

import argparse
import json
import logging
import sys

from stages.commands.signature_arguments import parsed
from stages.common.command_line import report_errors
from stages.common.errors import AfterimageError
from stages.common.key import KEY, KEY_FILE, given_key
from stages.own.detect_file import detect_file
from stages.own.mark_file import mark_file
from stages.signature.model.chips import video_key
from stages.signature.model.spectrum import load_signature

FOUND, NOT_FOUND, ERROR = 0, 1, 2


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    asked = parsed(__doc__)
    return mark(asked) if asked.command == "mark" else detect(asked)


def mark(asked: argparse.Namespace) -> int:
    """Mark IN, and say how strongly and how surely."""
    if asked.target.exists() and asked.target.samefile(asked.source):
        raise AfterimageError(f"{asked.target}: IN and OUT are the same file")
    done = mark_file(
        asked.source, asked.target, load_signature(asked.signature), key_of(asked),
        psnr_db=asked.psnr, encoding=asked.encoding,
    )  # fmt: skip
    if asked.json:
        made = {"encoder": asked.encoding.encoder, "crf": asked.encoding.crf}
        told = made | {"psnr_db": round(done.psnr_db, 4)} | done.verdict.as_json()
        print(json.dumps(told, indent=2))
    else:
        print(f"marked: {done.frames} frames, PSNR of the mark {done.psnr_db:.2f} dB")
        print(f"in {asked.target}: {done.verdict}")
    return FOUND


def detect(asked: argparse.Namespace) -> int:
    """Look for the mark in VIDEO, and say what was found."""
    verdict = detect_file(
        asked.video, load_signature(asked.signature), key_of(asked),
        excerpt=asked.excerpt, false_positive_rate=asked.false_positive_rate,
    )  # fmt: skip
    if verdict.undecidable:
        raise AfterimageError(
            f"{asked.video}: undecidable: {verdict.frames} frames are too few, or too still, for "
            f"any mark to be found in (z is at most {verdict.greatest_z:.2f}, and "
            f"{verdict.threshold:.2f} would be needed)"
        )
    print(json.dumps(verdict.as_json(), indent=2) if asked.json else verdict)
    return FOUND if verdict.found else NOT_FOUND


def key_of(asked: argparse.Namespace) -> bytes:
    """The user's key, or the one derived from it for a video."""
    key = given_key(asked.key_file)
    if key is None:
        raise AfterimageError(
            f"no key: set {KEY} (16 bytes or more) or {KEY_FILE}, or name a file with --key-file"
        )
    return key if asked.video_id is None else video_key(key, asked.video_id)


if __name__ == "__main__":
    with report_errors(ERROR):
        sys.exit(main())
