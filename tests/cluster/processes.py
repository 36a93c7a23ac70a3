"""A cluster of a few processes on this machine, each in an empty folder of its own."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.worktree import ROOT, environment

PATIENCE_SECONDS = 60


@contextmanager
def started(folder: Path, *command: str, code: Path = ROOT, **env: str) -> Iterator[None]:
    """Run a program of the project in the background, in a new folder; it has to end when asked."""
    folder.mkdir()
    with (folder.parent / f"{folder.name}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=folder, stdout=log, stderr=log,
            env=environment(PYTHONPATH=str(code), AFTERIMAGE_SCHEDULER="", **env),
        )  # fmt: skip
    try:
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


@contextmanager
def cluster(folder: Path, *workers: Path, of_scheduler: Path = ROOT) -> Iterator[str]:
    """Yield the address of a scheduler with a worker for each of these folders of code."""
    address_file = folder / "scheduler.json"
    with ExitStack() as stack:
        scheduler = ("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0")
        stack.enter_context(
            started(
                folder / "scheduler", *scheduler, "--no-dashboard",
                "--scheduler-file", str(address_file),
                code=of_scheduler,
                DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="0",
            )
        )  # fmt: skip
        address = address_in(address_file)
        for number, code in enumerate(workers):
            worker = ("stages.commands.worker", address, "--processes", "1")
            stack.enter_context(started(folder / f"worker{number}", *worker, code=code))
        yield address


def address_in(path: Path) -> str:
    """Wait for the address that a scheduler writes to a file, and return it."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return str(json.loads(path.read_text(encoding="utf-8"))["address"])
        except (OSError, ValueError):
            assert time.monotonic() < until, "no scheduler"
            time.sleep(0.05)
