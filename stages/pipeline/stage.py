"""Running a stage: parameters in, one line out if something is wrong."""

import logging
import sys
from collections.abc import Callable

from stages.command_line import told_in_one_line
from stages.files import remove_remains
from stages.pipeline import layout
from stages.pipeline.params import Params
from stages.pipeline.params_file import load_params


def run(stage: Callable[[Params], None]) -> None:
    """Run a stage on ``params.yaml``; a foreseeable failure is one line and exit status 1."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    with told_in_one_line():
        params = load_params()
        for folder in layout.FOLDERS:
            remove_remains(folder)
        stage(params)
