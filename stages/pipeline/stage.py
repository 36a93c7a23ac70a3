"""Running a stage: parameters in, one line out if something is wrong."""

import logging
import sys
from collections.abc import Callable

from stages.command_line import told_in_one_line
from stages.pipeline.params import Params
from stages.pipeline.params_file import load_params


def run(stage: Callable[[Params], None]) -> None:
    """Run a stage on ``params.yaml``; a foreseeable failure is one line and exit status 1."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    with told_in_one_line():
        stage(load_params())
