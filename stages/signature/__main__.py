"""Mark a video of one's own with a secret key, and find the mark again.

The key, 16 bytes or more, comes from the environment (AFTERIMAGE_KEY, or AFTERIMAGE_KEY_FILE with
the name of a file) or from --key-file. Exit status: 0 found or marked, 1 not found, 2 an error.
"""

import argparse
import json
import logging
import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tqdm import tqdm

from stages.command_line import told_in_one_line
from stages.errors import AfterimageError
from stages.secret_key import KEY, KEY_FILE, given_key
from stages.signature.chips import video_key
from stages.signature.detect_file import FALSE_POSITIVE_RATE, detect_file
from stages.signature.mark_file import mark_file
from stages.signature.spectrum import Signature, load_signature
from stages.video.codec import MAX_CRF, EncoderName
from stages.video.remake import CONTAINERS, Encoding

FOUND, NOT_FOUND, ERROR = 0, 1, 2

SIGNATURE = Path("data/signature.json")
PSNR_DB = 45.0

# The CRF of each encoder if none is asked for: hardly to be told from the source.
_CRF: dict[EncoderName, int] = {"libx264": 18, "libx265": 20, "libvpx-vp9": 24, "libsvtav1": 24}
_LOGGED_FRAMES = 1000


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    asked = arguments()
    signature, key = signature_of(asked.signature), key_of(asked.key_file, asked.video_id)
    return int(asked.run(asked, signature, key))


def mark(asked: argparse.Namespace, signature: Signature, key: bytes) -> int:
    """Mark IN, and say how strongly and how surely."""
    if asked.target.exists() and asked.target.samefile(asked.source):
        raise AfterimageError(f"{asked.target}: IN and OUT are the same file")
    encoder = asked.encoder or ("libvpx-vp9" if asked.target.suffix == ".webm" else "libx264")
    crf = _CRF[encoder] if asked.crf is None else asked.crf
    if crf > MAX_CRF[encoder]:
        raise AfterimageError(f"--crf {crf}: 0 to {MAX_CRF[encoder]} for {encoder}")
    with advancing(asked.source.name) as advance:
        done = mark_file(
            asked.source, asked.target, signature, key,
            psnr_db=asked.psnr, encoding=Encoding(encoder, crf), advance=advance,
        )  # fmt: skip
    if asked.json:
        told = {"psnr_db": round(done.psnr_db, 4), "encoder": encoder, "crf": crf}
        print(json.dumps(told | done.verdict.as_json(), indent=2))
    else:
        print(f"marked: {done.frames} frames, PSNR of the mark {done.psnr_db:.2f} dB")
        print(f"in {asked.target}: {done.verdict}")
    return FOUND


def detect(asked: argparse.Namespace, signature: Signature, key: bytes) -> int:
    """Look for the mark in VIDEO, and say what was found."""
    verdict = detect_file(
        asked.video, signature, key,
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


def signature_of(path: Path) -> Signature:
    """The signature in a file."""
    if not path.exists():
        raise AfterimageError(
            f"{path}: no such file; `dvc repro optimize` makes data/signature.json, "
            "and --signature names another"
        )
    return load_signature(path)


def key_of(file: Path | None, video_id: str | None) -> bytes:
    """The user's key, or the one derived from it for a video."""
    key = given_key(file)
    if key is None:
        raise AfterimageError(
            f"no key: set {KEY} (16 bytes or more) or {KEY_FILE}, or name a file with --key-file"
        )
    return key if video_id is None else video_key(key, video_id)


@contextmanager
def advancing(label: str) -> Iterator[Callable[[], None]]:
    """A bar on a terminal, a line every thousand frames elsewhere."""
    with tqdm(desc=label, unit="frame", disable=not sys.stderr.isatty()) as bar:
        done = 0

        def advance() -> None:
            nonlocal done
            done += 1
            bar.update()
            if bar.disable and done % _LOGGED_FRAMES == 0:
                logging.info("%s: %d frames marked", label, done)

        yield advance


def arguments() -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(prog="python -m stages.signature", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    marking = commands.add_parser("mark", help="write a marked copy of a video")
    marking.set_defaults(run=mark)
    marking.add_argument("source", type=Path, metavar="IN", help="a video in any format")
    marking.add_argument("target", type=container, metavar="OUT", help="the marked copy")
    marking.add_argument(
        "--psnr",
        type=number(30, 60),
        default=PSNR_DB,
        metavar="DB",
        help="of the mark over R, G and B, 30 to 60 dB; lower is stronger (default: %(default)g)",
    )
    marking.add_argument(
        "--encoder", choices=_CRF, help="of the video (default: libx264; in WebM libvpx-vp9)"
    )
    marking.add_argument(
        "--crf",
        type=whole,
        metavar="CRF",
        help="0 is best; default: "
        + ", ".join(f"{encoder} {crf}" for encoder, crf in _CRF.items()),
    )
    detecting = commands.add_parser("detect", help="look for the mark in a video")
    detecting.set_defaults(run=detect)
    detecting.add_argument("video", type=Path, metavar="VIDEO", help="in any format")
    detecting.add_argument(
        "--excerpt",
        action="store_true",
        help="VIDEO may begin anywhere in the marked one: try every place, and pay for each",
    )
    detecting.add_argument(
        "--false-positive-rate",
        type=number(1e-300, 0.1),
        default=FALSE_POSITIVE_RATE,
        metavar="RATE",
        help="accepted for a video without the mark (default: %(default)g)",
    )
    for command in (marking, detecting):
        _add_common(command)
    return parser.parse_args()


def _add_common(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--signature", type=Path, default=SIGNATURE, metavar="FILE", help="default: %(default)s"
    )
    command.add_argument(
        "--key-file",
        type=Path,
        metavar="FILE",
        help="that holds the key; goes before the environment",
    )
    command.add_argument(
        "--video-id",
        metavar="ID",
        help="mark with a key of this video's own, derived from yours and ID: many videos then "
        "do not give away the mark of one; to be named again to detect it",
    )
    command.add_argument("--json", action="store_true", help="print JSON")


def container(text: str) -> Path:
    """A path whose ending says which container to write, as an argument's type."""
    path = Path(text)
    if path.suffix.lower() not in CONTAINERS:
        raise argparse.ArgumentTypeError(f"{text!r}: must end with one of {', '.join(CONTAINERS)}")
    return path


def number(low: float, high: float) -> Callable[[str], float]:
    """A number in a range, as an argument's type."""

    def within(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text!r}: must be from {low:g} to {high:g}")
        return value

    return within


def whole(text: str) -> int:
    """A whole number from 0, as an argument's type."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r}: must be a whole number from 0")
    return int(text)


def ended() -> int:
    """Run the command; an error is one line, and the status is none of the findings'."""
    try:
        with told_in_one_line():
            return main()
    except SystemExit as end:
        if end.code == 1:
            return ERROR
        raise
    return FOUND


if __name__ == "__main__":
    sys.exit(ended())
