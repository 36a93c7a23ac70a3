"""The peak memory of a command."""

import os
import subprocess
import sys

from tests.worktree import ROOT

_MEASURED = """
import resource, runpy, sys
module, *sys.argv[1:] = sys.argv[1:]
try:
    runpy.run_module(module, run_name="__main__")
except SystemExit as end:
    assert end.code in (None, 0), end.code
print(*(resource.getrusage(who).ru_maxrss for who in
        (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))
"""


def peak_memory(module, *arguments, **variables):
    """Run a module; return the peak memory of its process, and of its largest child, in KiB."""
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, module, *map(str, arguments)],
        cwd=ROOT, capture_output=True, text=True, check=False, env=os.environ | variables,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [int(number) for number in done.stdout.splitlines()[-1].split()]
