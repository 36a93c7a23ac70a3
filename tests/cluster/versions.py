"""Copies of the project's code: of this version, and of one in which no task can be done."""

import shutil
from pathlib import Path

from tests.worktree import ROOT

POISON = """

def carry_out(*_):
    raise RuntimeError("a worker of another version was given work")

def itself(_):
    raise RuntimeError("a worker of another version was given work")
"""


def installed(environment: Path) -> Path:
    """Copy the project's code, and nothing else, to a folder, as an installation would."""
    shutil.copytree(
        ROOT / "stages", environment / "stages", ignore=shutil.ignore_patterns("__pycache__")
    )
    return environment


def installed_otherwise(environment: Path) -> Path:
    """Copy it in another version: whatever a worker there is given fails."""
    with (installed(environment) / "stages/pipeline/parcel.py").open("a", encoding="utf-8") as code:
        code.write(POISON)
    return environment
