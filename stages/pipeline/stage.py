"""The frame around a stage: it reads the parameters, and reports an error in one line."""

import logging
import os
import sys
import threading
import time
from collections.abc import Callable

import psutil

from stages.common.command_line import report_errors
from stages.common.files import remove_remains
from stages.pipeline import layout
from stages.pipeline.params import Params
from stages.pipeline.params.file import load_params

# DVC names the stage to the command that it runs.
UNDER_DVC = "DVC_STAGE"
_GLANCE_SECONDS = 0.2


def run(stage: Callable[[Params], None]) -> None:
    """Run a stage on ``params.yaml``; a foreseeable failure is one line and exit status 1."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    if UNDER_DVC in os.environ:
        _end_with_the_parent()
    with report_errors():
        params = load_params()
        for folder in layout.FOLDERS:
            remove_remains(folder)
        stage(params)


def _end_with_the_parent() -> None:
    """Stop when DVC is killed: its next run must not find a stage still at work."""
    ours = psutil.Process()
    above = _ids_above(ours)

    def watch() -> None:
        while _ids_above(ours) == above:
            time.sleep(_GLANCE_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _ids_above(ours: psutil.Process) -> list[int]:
    """List the process ids from the parent to DVC; the list changes once one of them is gone."""
    try:
        parent = psutil.Process(ours.ppid())
        # DVC asks a shell to run the command. Some put themselves in its place; others stay, and
        # outlive DVC.
        return [parent.pid, parent.ppid()] if "-c" in parent.cmdline() else [parent.pid]
    except psutil.Error:
        return []
