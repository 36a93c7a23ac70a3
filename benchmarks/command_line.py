"""What a benchmark is told on its command line; its docstring is its help."""

from pathlib import Path

from stages.command_line import parser


def no_arguments() -> None:
    """Nothing but a call for help."""
    parser().parse_args()


def folder() -> Path:
    """One folder of videos."""
    options = parser()
    options.add_argument("directory", type=Path, metavar="DIR")
    return Path(options.parse_args().directory)


def folders(*, least: int = 1) -> list[Path]:
    """Some folders of videos."""
    options = parser()
    options.add_argument("directories", nargs="+" if least else "*", type=Path, metavar="DIR")
    return list(options.parse_args().directories)
