"""The command line for videos of one's own."""

import argparse
from pathlib import Path

from stages.commands.published import DEFAULT_SIGNATURE, published_names, signature_path
from stages.common.command_line import between
from stages.common.errors import AfterimageError
from stages.own.container.kinds import CONTAINERS
from stages.own.container.remake import Encoding, usual_encoder
from stages.own.detect_file import FALSE_POSITIVE_RATE
from stages.pipeline import layout
from stages.video.encoder import encoder, encoder_names

PSNR_DB = 45.0


def encoding(arguments: argparse.Namespace) -> Encoding:
    """Return the encoding of the marked copy, with the defaults of its container and encoder.

    Raises ``AfterimageError`` if the encoder does not have the CRF.
    """
    name = arguments.encoder or usual_encoder(arguments.target.suffix.lower())
    record = encoder(name)
    crf = record.file_crf if arguments.crf is None else arguments.crf
    if not 0 <= crf <= record.max_crf:
        raise AfterimageError(
            f"argument --crf: {crf}: must be from 0 to {record.max_crf} for {name}"
        )
    return Encoding(name, crf)


def add_mark(command: argparse.ArgumentParser) -> None:
    """Add the arguments of `mark`, of which ``encoding`` makes the encoding."""
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
    _add_common(command)


def add_detect(command: argparse.ArgumentParser) -> None:
    """Add the arguments of `detect`."""
    command.add_argument("video", type=Path, metavar="VIDEO", help="in any format")
    command.add_argument(
        "--excerpt", action="store_true",
        help="VIDEO may begin anywhere in the marked one: try every place, and pay for each",
    )  # fmt: skip
    command.add_argument(
        "--false-positive-rate", type=between(1e-300, 0.1), default=FALSE_POSITIVE_RATE,
        metavar="RATE", help="accepted for a video without the mark (default: %(default)g)",
    )  # fmt: skip
    _add_common(command)


def add_key(command: argparse.ArgumentParser) -> None:
    """Add the arguments of `key`."""
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
        "--signature", type=signature_path, default=DEFAULT_SIGNATURE, metavar="NAME-or-FILE",
        help=f"a published one ({', '.join(published_names())}), or a file such as the "
        f"{layout.SIGNATURE} of a search of your own (default: %(default)s)",
    )  # fmt: skip
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
