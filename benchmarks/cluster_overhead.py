"""What the way over a cluster costs, against processes of this machine, on the same cores.

``python -m benchmarks.cluster_overhead [CLIPS]``

The stage `compress` on drawn clips (48 by default), by two local processes and by two workers of a
Dask cluster on the same machine, the two alternating; the better of some rounds counts, in the
time that passes. Starting the workers is not counted, for they stay; starting the stage is. Run it
on a machine that does nothing else.
"""

import os
import tempfile
import time
from pathlib import Path

from benchmarks.footage import heading, markdown
from stages.common.command_line import parser, positive, report_errors
from tests.cluster.processes import cluster
from tests.worktree import ROOT, commit, copy_to, set_params, stage

WORKERS = 2
ROUNDS = 3
TARGET = 1.15


def main(clips: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        project = copy_to(Path(folder, "project"))
        set_params(project, {"fetch.synthetic.natural": clips, "fetch.synthetic.simple": 0})
        commit(project)
        done = stage(project, "fetch", AFTERIMAGE_WORKERS=str(WORKERS))
        assert done.returncode == 0, done.stderr
        machines = Path(folder, "machines")
        machines.mkdir()
        with cluster(machines, *[ROOT] * WORKERS) as address:
            ways = {
                "local processes": {"AFTERIMAGE_WORKERS": str(WORKERS)},
                "workers of a cluster": {"AFTERIMAGE_SCHEDULER": address},
            }
            rounds = [
                {way: seconds(project, **env) for way, env in ways.items()} for _ in range(ROUNDS)
            ]
    best = {way: min(spent[way] for spent in rounds) for way in ways}
    local = best["local processes"]
    rows = [
        {"way": way, "s": f"{spent:.1f}", "clips/s": f"{clips / spent:.2f}",
         "ratio": f"{spent / local:.3f}"}
        for way, spent in best.items()
    ]  # fmt: skip
    rows[-1]["ratio"] += f" (target: at most {TARGET})"
    print(f"# {heading(__doc__)}\n\n{markdown(rows)}\n")
    print(f"{clips} clips, {WORKERS} at a time, best of {ROUNDS} rounds; ", end="")
    print(f"{os.cpu_count()} cores, load average at the end {os.getloadavg()[0]:.0f}.")


def seconds(project: Path, **env: str) -> float:
    """Time the stage; its scratch folder is empty when it has succeeded."""
    started = time.perf_counter()
    done = stage(project, "compress", **env)
    assert done.returncode == 0, done.stderr
    return time.perf_counter() - started


if __name__ == "__main__":
    options = parser()
    options.add_argument("clips", nargs="?", type=positive, default=48, metavar="CLIPS")
    with report_errors():
        main(options.parse_args().clips)
