"""The folders of videos that a benchmark is given on its command line."""

from pathlib import Path

from stages.common.command_line import parser


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
