"""What can be asked for on the command line for videos of one's own."""

import argparse
from pathlib import Path

from stages.common.command_line import between
from stages.own.container.remake import CONTAINERS, Encoding
from stages.own.detect_file import FALSE_POSITIVE_RATE
from stages.video.codec import MAX_CRF, EncoderName

SIGNATURE = Path("data/signature.json")
PSNR_DB = 45.0

# The CRF of each encoder if none is asked for: hardly to be told from the source.
_CRF: dict[EncoderName, int] = {"libx264": 18, "libx265": 20, "libvpx-vp9": 24, "libsvtav1": 24}


def parsed(description: str | None) -> argparse.Namespace:
    """What was asked for: `command` is mark or detect."""
    parser = argparse.ArgumentParser(prog="python -m stages.signature", description=description)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_mark(commands.add_parser("mark", help="write a marked copy of a video"))
    _add_detect(commands.add_parser("detect", help="look for the mark in a video"))
    for command in commands.choices.values():
        _add_common(command)
    asked = parser.parse_args()
    if asked.command == "mark":
        asked.encoding = _encoding(parser, asked)
    return asked


def _encoding(parser: argparse.ArgumentParser, asked: argparse.Namespace) -> Encoding:
    usual: EncoderName = "libvpx-vp9" if asked.target.suffix.lower() == ".webm" else "libx264"
    encoder: EncoderName = asked.encoder or usual
    crf = _CRF[encoder] if asked.crf is None else asked.crf
    if not 0 <= crf <= MAX_CRF[encoder]:
        parser.error(f"argument --crf: {crf}: must be from 0 to {MAX_CRF[encoder]} for {encoder}")
    return Encoding(encoder, crf)


def _add_mark(command: argparse.ArgumentParser) -> None:
    command.add_argument("source", type=Path, metavar="IN", help="a video in any format")
    command.add_argument("target", type=_container, metavar="OUT", help="the marked copy")
    command.add_argument(
        "--psnr", type=between(30, 60), default=PSNR_DB, metavar="DB",
        help="of the mark over R, G and B, 30 to 60 dB; lower is stronger (default: %(default)g)",
    )  # fmt: skip
    command.add_argument(
        "--encoder", choices=_CRF, help="of the video (default: libx264; in WebM libvpx-vp9)"
    )
    defaults = ", ".join(f"{encoder} {crf}" for encoder, crf in _CRF.items())
    command.add_argument("--crf", type=int, metavar="CRF", help=f"0 is best; default: {defaults}")


def _add_detect(command: argparse.ArgumentParser) -> None:
    command.add_argument("video", type=Path, metavar="VIDEO", help="in any format")
    command.add_argument(
        "--excerpt", action="store_true",
        help="VIDEO may begin anywhere in the marked one: try every place, and pay for each",
    )  # fmt: skip
    command.add_argument(
        "--false-positive-rate", type=between(1e-300, 0.1), default=FALSE_POSITIVE_RATE,
        metavar="RATE", help="accepted for a video without the mark (default: %(default)g)",
    )  # fmt: skip


def _add_common(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--signature", type=Path, default=SIGNATURE, metavar="FILE", help="default: %(default)s"
    )
    command.add_argument(
        "--key-file", type=Path, metavar="FILE",
        help="that holds the key; goes before the environment",
    )  # fmt: skip
    command.add_argument(
        "--video-id", metavar="ID",
        help="mark with a key of this video's own, derived from yours and ID: many videos then "
        "do not give away the mark of one; to be named again to detect it",
    )  # fmt: skip
    command.add_argument("--json", action="store_true", help="print JSON")


def _container(text: str) -> Path:
    """A path whose ending says which container to write, as an argument's type."""
    path = Path(text)
    if path.suffix.lower() not in CONTAINERS:
        raise argparse.ArgumentTypeError(f"{text!r}: must end with one of {', '.join(CONTAINERS)}")
    return path
