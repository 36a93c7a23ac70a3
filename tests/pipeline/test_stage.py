"""A stage under DVC: whose end it follows."""

import os
import subprocess
import sys
import time

import psutil
import pytest

from stages.pipeline.stage import UNDER_DVC

# As DVC does it: a shell is asked to run the command.
DVC = "import subprocess, sys; subprocess.run(sys.argv[1], shell=True, executable=sys.argv[2])"
STAGE = """
import os, time
from stages.pipeline import stage
stage._end_with_the_parent()
print(os.getpid(), flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("tail", ["", "; exit"], ids=["shell replaced", "shell stays"])
def test_a_stage_ends_with_dvc(tail):
    command = f"{sys.executable} -c '{STAGE}'{tail}"
    dvc = subprocess.Popen(
        [sys.executable, "-c", DVC, command, "/bin/sh"],
        env={**os.environ, UNDER_DVC: "compress"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert dvc.stdout is not None
    stage = psutil.Process(int(dvc.stdout.readline()))
    time.sleep(0.5)
    assert stage.is_running()
    dvc.kill()
    dvc.wait()
    dvc.stdout.close()
    _, alive = psutil.wait_procs([stage], timeout=60)
    assert not alive
