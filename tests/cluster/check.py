"""The same bits from a cluster of machines, some of which die: ``make cluster-check``.

With ``--where-possible`` it is no error if there can be no such machines here.

A scheduler and three workers, each with its own network address and its own empty folder, and a
driver that has the project. One worker is killed in `compress`, one in `optimize`, each while it
is encoding; another joins late, and one of another version is there from the start. Then
`dvc.lock` and `metrics/` have to be those of a local run.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from tests.cluster.machines import SCHEDULER, Machine, Network, network, unavailable
from tests.cluster.versions import installed, installed_otherwise
from tests.project import (
    CountedFfmpeg,
    bits,
    bundled_ffmpeg,
    copy,
    repro,
    small_project,
    stages,
)
from tests.worktree import environment

PATIENCE_SECONDS = 900


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.cluster.check", description=__doc__)
    options.add_argument("--where-possible", action="store_true", help="skip it elsewhere")
    skip = options.parse_args().where_possible
    if reason := unavailable():
        say(f"{'cluster check skipped' if skip else 'error'}: {reason}")
        return 0 if skip else 1
    with tempfile.TemporaryDirectory(prefix="afterimage-cluster-") as folder:
        return check(Path(folder))


def check(folder: Path) -> int:
    """Run the small project here and on the cluster, and compare."""
    local = small_project(folder / "driver" / "local")
    remote = copy(local, folder / "driver" / "cluster")
    say("a local run, to compare with")
    done = repro(local, *spread(local), AFTERIMAGE_WORKERS="")
    assert done.returncode == 0, done.stderr
    logs = folder / "logs"
    logs.mkdir()
    with network(logs) as net:
        try:
            complaints = [*run_on(net, remote, folder), *unlike(local, remote)]
        except BaseException:
            for log in sorted(logs.iterdir()):
                print(f"--- {log.name}\n{log.read_text(errors='replace')[-3000:]}")
            raise
    for complaint in complaints:
        say(f"WRONG: {complaint}")
    if not complaints:
        say("dvc.lock and metrics/: the same bits")
    return 1 if complaints else 0


def run_on(net: Network, project: Path, folder: Path) -> list[str]:
    """Run a project on a cluster whose workers die, and list what was not as it should be."""
    worker_folder = folder / "worker"
    worker_folder.mkdir()
    good = installed(folder / "environment")
    other = installed_otherwise(folder / "environment of another")
    hidden = (worker_folder, folder / "driver")
    start_scheduler(net.machine("scheduler", hidden=hidden), good)
    first, second, third = (net.machine(f"worker{n}", hidden=hidden) for n in (1, 2, 3))
    for machine in (first, second, third):
        start_worker(machine, good)
    start_worker(net.machine("other", hidden=hidden), other)
    ffmpeg = CountedFfmpeg(folder / "ffmpeg of the driver", bundled_ffmpeg())
    driver = start_driver(net.machine("driver"), project, ffmpeg)
    kill_at_work(second, "compress", project, driver)
    start_worker(net.machine("late", hidden=hidden), good)
    kill_at_work(third, "optimize", project, driver)
    status = driver.wait(PATIENCE_SECONDS)
    shown = (folder / "logs" / "driver.log").read_text(encoding="utf-8")
    complaints = [] if status == 0 else [f"dvc repro failed: {shown[-2000:]}"]
    refusals = sorted({line for line in shown.splitlines() if "refused: project is" in line})
    print("\n".join(refusals[:1]))
    if not refusals:
        complaints.append("nobody refused the worker of another version")
    # A stage asks the driver's ffmpeg once, for its version of x264.
    if ffmpeg.calls() > len(spread(project)):
        complaints.append(f"the driver called ffmpeg {ffmpeg.calls()} times: who did the work?")
    return complaints


def spread(project: Path) -> list[str]:
    """List the stages that spread their work: all but the report."""
    return [name for name in stages(project) if name != "report"]


def start_scheduler(machine: Machine, environment: Path) -> None:
    say("a scheduler")
    address, _, port = SCHEDULER.removeprefix("tcp://").rpartition(":")
    machine.start(
        sys.executable, "-m", "distributed.cli.dask_scheduler",
        "--host", address, "--port", port, "--no-dashboard",
        **variables(environment),
    )  # fmt: skip


def start_worker(machine: Machine, environment: Path) -> None:
    say(f"{machine.log.stem} starts")
    machine.start(
        sys.executable, "-m", "stages.commands.worker", SCHEDULER, "--processes", "1",
        **variables(environment),
    )  # fmt: skip


def start_driver(
    machine: Machine, project: Path, ffmpeg: CountedFfmpeg
) -> "subprocess.Popen[bytes]":
    say("the driver starts: dvc repro")
    env = environment(AFTERIMAGE_SCHEDULER=SCHEDULER, **ffmpeg.environment)
    return machine.start("env", f"--chdir={project}", "dvc", "repro", *spread(project), **env)


def variables(environment: Path) -> dict[str, str]:
    """Return a worker's whole environment: the places of programs and of the project's code."""
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(environment), "TMPDIR": "."}


def kill_at_work(
    machine: Machine, stage: str, project: Path, driver: "subprocess.Popen[bytes]"
) -> None:
    """Kill a worker (SIGKILL) while it is encoding, once a stage has got somewhere."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not (any(project.glob(f".scratch/{stage}/*.json*")) and is_encoding(machine)):
        assert driver.poll() is None, f"dvc repro ended before {stage} was under way"
        assert time.monotonic() < until, f"{machine.name} got nothing to do in {stage}"
        time.sleep(0.005)
    machine.kill()
    say(f"{machine.log.stem} killed in {stage}, while it was encoding")


def is_encoding(machine: Machine) -> bool:
    """Return true if ffmpeg runs on a machine."""
    listed = ["ip", "netns", "pids", machine.name]
    shown = subprocess.run(listed, capture_output=True, text=True, check=True).stdout
    for number in shown.split():
        try:
            if "ffmpeg" in psutil.Process(int(number)).name():
                return True
        except psutil.NoSuchProcess:
            continue
    return False


def unlike(local: Path, remote: Path) -> list[str]:
    """List the outputs in which the two runs differ."""
    outputs, expected = bits(remote), bits(local)
    names = sorted(name for name in outputs | expected if outputs.get(name) != expected.get(name))
    if (local / "dvc.lock").read_bytes() != (remote / "dvc.lock").read_bytes():
        names.append("dvc.lock")
    return [f"{name} is unlike" for name in names]


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
