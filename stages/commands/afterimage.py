"""Mark videos and find the mark again, compare videos by their fingerprints, run the pipeline.

Exit status: 0 done, or found; 1 not found; 2 for everything else (130 if interrupted).

Tab completion, in bash: eval "$(afterimage --print-completion bash)"
"""

import argparse
import sys
from collections.abc import Iterable
from importlib import import_module

import shtab

from stages.commands.command import Command, command_parser
from stages.common.command_line import report_errors, require_open_streams

ERROR = 2

# The module of `stages.commands` that has each command. Only the one that runs is imported.
MODULES = {
    "mark": "signature",
    "detect": "signature",
    "key": "signature",
    "hash": "fingerprint",
    "compare": "fingerprint",
    "drift": "drift",
    "run": "project",
    "report": "project",
    "worker": "worker",
}


def main() -> None:
    """Run the command that the arguments name, and end with its exit status."""
    with report_errors(ERROR):
        require_open_streams()
        names = [name for name in sys.argv[1:2] if name in MODULES] or list(MODULES)
        arguments = parser_of(names).parse_args()
        sys.exit(arguments.run(arguments))


def parser_of(names: Iterable[str]) -> argparse.ArgumentParser:
    """Make the parser of some commands, all of whose file names a shell can complete."""
    parser = command_parser("afterimage", __doc__, {name: command(name) for name in names})
    shtab.add_argument_to(parser, "--print-completion", help="print a script for this shell")
    return parser


def command(name: str) -> Command:
    """Import a command."""
    module = import_module(f"stages.commands.{MODULES[name]}")
    commands: dict[str, Command] = module.COMMANDS
    return commands[name]


if __name__ == "__main__":
    main()
