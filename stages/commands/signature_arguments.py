"""The command line for videos of one's own."""

import argparse
from pathlib import Path

from stages.common.command_line import between
from stages.own.container.kinds import CONTAINERS
from stages.own.container.remake import Encoding, usual_encoder
from stages.own.detect_file import FALSE_POSITIVE_RATE
from stages.video.encoder import encoder, encoder_names

SIGNATURE = Path("data/signature.json")
PSNR_DB = 45.0


def parsed(description: str | None) -> argparse.Namespace:
    """Parse the command line: `command` is mark, detect or key; mark comes with an `encoding`."""
    parser = argparse.ArgumentParser(prog="python -m stages.signature", description=description)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_mark(commands.add_parser("mark", help="write a marked copy of a video"))
    _add_detect(commands.add_parser("detect", help="look for the mark in a video"))
    for name in ("mark", "detect"):
        _add_common(commands.choices[name])
    _add_key(commands.add_parser("key", help="print the key of one video, to give it away"))
    arguments = parser.parse_args()
    if arguments.command == "mark":
        arguments.encoding = _encoding(parser, arguments)
    return arguments


def _encoding(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> Encoding:
    """Return the encoding of the marked copy, with the defaults of its container and encoder."""
    name = arguments.encoder or usual_encoder(arguments.target.suffix.lower())
    record = encoder(name)
    crf = record.file_crf if arguments.crf is None else arguments.crf
    if not 0 <= crf <= record.max_crf:
        parser.error(f"argument --crf: {crf}: must be from 0 to {record.max_crf} for {name}")
    return Encoding(name, crf)


def _add_mark(command: argparse.ArgumentParser) -> None:
    command.add_argument("source", type=Path, metavar="IN", help="a video in any format")
    command.add_argument("target", type=_container, metavar="OUT", help="the marked copy")
    command.add_argument(
        "--psnr", type=between(30, 60), default=PSNR_DB, metavar="DB",
        help="of the mark over R, G and B, 30 to 60 dB; lower is stronger (default: %(default)g)",
    )  # fmt: skip
    records = {name: encoder(name) for name in encoder_names()}
    usual = "; ".join(
        f"{name} for {', '.join(record.usual_in)}"
        for name, record in records.items()
        if record.usual_in
    )
    command.add_argument(
        "--encoder", choices=records, help=f"of the video; default by the ending of OUT: {usual}"
    )
    crfs = ", ".join(f"{name} {record.file_crf}" for name, record in records.items())
    command.add_argument("--crf", type=int, metavar="CRF", help=f"0 is best; default: {crfs}")


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


def _add_key(command: argparse.ArgumentParser) -> None:
    command.description = (
        "Print the key of one video as text, for a file that --key-file reads. Whoever has it can "
        "find this video's mark, take it out and forge it, but not that of another video."
    )
    _add_key_file(command)
    command.add_argument(
        "--video-id", required=True, metavar="ID", help="with which the video was marked"
    )


def _add_key_file(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--key-file", type=Path, metavar="FILE",
        help="that holds the key; goes before the environment",
    )  # fmt: skip


def _add_common(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--signature", type=Path, default=SIGNATURE, metavar="FILE", help="default: %(default)s"
    )
    _add_key_file(command)
    command.add_argument(
        "--video-id", metavar="ID",
        help="mark with a key of this video's own, derived from yours and ID: many videos then "
        "do not give away the mark of one; to be named again to detect it",
    )  # fmt: skip
    command.add_argument("--json", action="store_true", help="print JSON")


def _container(text: str) -> Path:
    """Parse a path whose ending says which container to write, as an argument's type."""
    path = Path(text)
    if path.suffix.lower() not in CONTAINERS:
        raise argparse.ArgumentTypeError(f"{text!r}: must end with one of {', '.join(CONTAINERS)}")
    return path
