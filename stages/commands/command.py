"""Subcommands of `afterimage`: the type of each, and the parser that is made of them."""

import argparse
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import shtab

# Arguments whose values a shell completes as names of files.
FILES = {"IN", "OUT", "VIDEO", "DIR", "FILE", "NAME-or-FILE"}


@dataclass(frozen=True)
class Command:
    """A subcommand.

    Attributes
    ----------
    summary : one line without a full stop, for the list of commands.
    example : arguments after the command's name, shown by ``--help``.
    add_arguments : adds the arguments to the command's parser.
    run : does the work that the parsed arguments ask for, and returns the exit status.
    description : sentences for ``--help``; without them the summary is shown.
    """

    summary: str
    example: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]
    description: str | None = None


def command_parser(
    prog: str, description: str | None, commands: Mapping[str, Command]
) -> argparse.ArgumentParser:
    """Make the parser of a program with subcommands; the arguments have the one's ``run``."""
    parser = argparse.ArgumentParser(
        prog=prog, description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in commands.items():
        subparser = subparsers.add_parser(
            name,
            help=command.summary,
            description=textwrap.fill(command.description or f"{command.summary}.", 78),
            epilog=f"example:\n  {prog} {name} {command.example}".rstrip(),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.add_arguments(subparser)
        _complete_files(subparser)
        subparser.set_defaults(run=command.run)
    return parser


def _complete_files(parser: argparse.ArgumentParser) -> None:
    """Mark the arguments that are files, for shtab."""
    for action in parser._actions:
        if action.metavar in FILES:
            action.complete = shtab.FILE  # type: ignore[attr-defined]
