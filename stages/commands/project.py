"""Run the pipeline of the project in the current folder, or in one around it."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from stages.commands.command import Command
from stages.common.errors import AfterimageError
from stages.pipeline import layout

PIPELINE = "dvc.yaml"
MAIN_LINE = ("validate", "hash_drift")


def run(arguments: argparse.Namespace) -> int:
    """Run stages, and those before them that are not up to date; return the exit status."""
    repro(project(), arguments.stages or MAIN_LINE)
    print("The numbers are in metrics/. See them on a page: afterimage report")
    return 0


def report(_: argparse.Namespace) -> int:
    """Run what the report shows and is not up to date, and say where it is; return the status."""
    folder = project()
    repro(folder, ["report"])
    print(f"The report: {folder / layout.REPORT / 'index.html'}")
    return 0


def project() -> Path:
    """Return the nearest folder with a pipeline, from the current one upwards.

    Raises ``AfterimageError`` if there is none.
    """
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / PIPELINE).is_file():
            return folder
    raise AfterimageError(
        f"{here}: no {PIPELINE} here or in a folder around it; go to a clone of the project"
    )


def repro(folder: Path, stages: list[str] | tuple[str, ...]) -> None:
    """Run ``dvc repro`` in a folder; raise ``AfterimageError`` if it fails."""
    # The stages run as `python -m stages.<name>`: it has to be this environment's python.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    command = [sys.executable, "-m", "dvc", "repro", *stages]
    done = subprocess.run(command, cwd=folder, env=os.environ | {"PATH": path}, check=False)
    if done.returncode != 0:
        raise AfterimageError(f"dvc repro {' '.join(stages)} failed with status {done.returncode}")


def _add_run(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "stages", nargs="*", metavar="STAGE",
        help=f"of dvc.yaml, with all that it needs (default: {' '.join(MAIN_LINE)})",
    )  # fmt: skip


def _add_nothing(_: argparse.ArgumentParser) -> None:
    pass


COMMANDS = {
    "run": Command("Run the pipeline with DVC, as params.yaml says", "sweep", _add_run, run),
    "report": Command(
        "Run what is missing, and make the page with all results", "", _add_nothing, report
    ),
}
