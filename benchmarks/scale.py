"""What a clip costs when there are many: time, memory and disk at 100, 1,000 and 13,320 clips.

``python -m benchmarks.scale [CLIPS ...]``

Short and small drawn clips (8 frames, used at 96x96) through `fetch`, `compress`, `validate`
(without its closed loop, and with few wrong keys) and `hash_drift` by DVC, on every core;
`optimize` works on a fixed number of clips and is not counted. A stage takes some seconds to
start, whatever it does: hence the cost of one more clip, from each size to the next. Memory is the
peak of the resident set: of the driver, and of the largest of its workers and their ffmpeg. What a
clip of UCF101's size costs as ``params.yaml`` has it is measured apart, in processor time between
two small numbers of clips, and multiplied. Run it on a machine that does nothing else; the largest
number takes an hour.
"""

import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import psutil

from benchmarks.footage import heading, markdown
from benchmarks.ucf101 import STAGES as ALL_STAGES
from benchmarks.ucf101 import disk_of, duration, even_seed, processor_seconds
from stages.common.command_line import parser, positive, report_errors
from stages.pipeline import layout
from stages.pipeline.processes import count
from stages.sources.synthetic import drawing as synthetic
from stages.video.clips import of_split, read_manifest
from tests.worktree import commit, copy_to, environment, run, set_params

SIZES = (100, 1_000, 13_320)
STAGES = tuple(name for name in ALL_STAGES if name != "optimize")
FRAMES = 8
WITHIN = 0.10
_GLANCE_SECONDS = 0.1

# To project by; an hour of a processor core, as clouds rent them out, at about this price.
FEW, MANY = 8, 20
PROJECTED = (13_320, 1_000_000)
CORES = (2, 16, 128)
DOLLARS_A_CORE_HOUR = 0.05
WHOLE = {
    "fetch.synthetic.simple": 0,
    "optimize.clips": 2,
    "optimize.generations": 1,
    "optimize.population": 4,
}
SMALL = WHOLE | {
    "fetch.width": 96,
    "fetch.height": 96,
    "fetch.max_frames": FRAMES,
    "fetch.synthetic.frames": FRAMES,
    "signature.closed_loop": 0,
    "validate.wrong_keys": 100,
}


@dataclass
class Peak:
    """The largest resident sets that were seen, in bytes."""

    driver: int = 0
    worker: int = 0


@dataclass(frozen=True)
class ScaleRun:
    """One size of data set: seconds of each stage, and of a run with nothing to do; bytes."""

    clips: int
    held_out: int
    seconds: dict[str, float]
    peaks: dict[str, Peak]
    at_rest: float
    disk: int

    @property
    def total(self) -> float:
        return sum(self.seconds.values())


def main(sizes: Sequence[int]) -> None:
    print(f"# {heading(__doc__)}\n", flush=True)
    done: list[ScaleRun] = []
    for clips in sizes:
        done.append(measure(clips))
        print(f"{clips} clips: {duration(done[-1].total)}", file=sys.stderr)
    print(markdown([row(size, before) for before, size in zip([None, *done], done, strict=False)]))
    print("\nClips per second of each stage, and peak memory of the driver and of a worker:\n")
    print(markdown([stage_row(size, name) for size in done for name in STAGES]))
    print(
        f"\n{FRAMES} frames a clip, {count()} processes, {os.cpu_count()} cores, load average at "
        f"the end {os.getloadavg()[0]:.0f}. Target: the cost of a clip flat within "
        f"{WITHIN:.0%}, where it is not the cost of starting{growth(done)}.\n",
        flush=True,
    )
    print_projection()


def print_projection() -> None:
    """Print what large data sets would take."""
    seconds, disk = processor_cost()
    print(
        f"**Projection**, and no measurement: {seconds:.1f} processor seconds and "
        f"{disk / 1e6:.1f} MB for one more drawn clip of 60 frames of 320x240 through "
        f"{', '.join(f'`{name}`' for name in STAGES)}, measured between {FEW} and {MANY} clips, "
        f"half of them held out; times the clips, divided by the cores. A core-hour is taken at "
        f"{DOLLARS_A_CORE_HOUR} USD. What one core does alone comes on top: DVC's bookkeeping, "
        "and in `hash_drift` the distances of all pairs, which grow with the square of the clips. "
        "`sweep` and `baseline` are not in it.\n"
    )
    print(markdown([projection(seconds, disk, clips) for clips in PROJECTED]))


def measure(clips: int) -> ScaleRun:
    """Run the stages on that many small clips."""
    with tempfile.TemporaryDirectory() as folder:
        return measured(Path(folder, "project"), clips)


def measured(project: Path, clips: int) -> ScaleRun:
    """Run the stages on that many small clips in a folder that is left."""
    set_up(project, SMALL | {"fetch.synthetic.natural": clips})
    # A test has a single worker.
    every_core = environment(AFTERIMAGE_WORKERS="")
    seconds: dict[str, float] = {}
    peaks: dict[str, Peak] = {}
    for name in ALL_STAGES:
        with watched() as peak:
            started = time.perf_counter()
            run(project, "dvc", "repro", "--single-item", name, env=every_core)
            spent = time.perf_counter() - started
        if name in STAGES:
            seconds[name], peaks[name] = spent, peak
    held_out = len(of_split(read_manifest(project / layout.MANIFEST), "test"))
    started = time.perf_counter()
    done = run(project, "dvc", "repro", "validate", "hash_drift")
    assert "Running stage" not in done.stdout
    at_rest = time.perf_counter() - started
    return ScaleRun(clips, held_out, seconds, peaks, at_rest, disk_of(project))


def processor_cost() -> tuple[float, float]:
    """Measure processor seconds and bytes of disk for one more clip of full size."""
    drawn = synthetic.offers(natural=MANY, simple=0, frames=1, seed=1)
    even = {"fetch.split_seed": even_seed([offer.group for offer in drawn], (FEW, MANY))}
    seconds, disk = [], []
    for clips in (FEW, MANY):
        with tempfile.TemporaryDirectory() as folder:
            set_up(Path(folder), WHOLE | even | {"fetch.synthetic.natural": clips})
            spent = {
                name: processor_seconds(Path(folder), "dvc", "repro", "--single-item", name)
                for name in ALL_STAGES
            }
            seconds.append(sum(spent[name] for name in STAGES))
            disk.append(disk_of(Path(folder)))
    return (seconds[1] - seconds[0]) / (MANY - FEW), (disk[1] - disk[0]) / (MANY - FEW)


def set_up(project: Path, params: dict[str, int]) -> None:
    """Copy the project with other parameters."""
    copy_to(project)
    set_params(project, params)
    commit(project)


@contextmanager
def watched() -> Iterator[Peak]:
    """Look at the memory of all that this process starts, many times a second."""
    peak, stopped = Peak(), threading.Event()

    def watch() -> None:
        while not stopped.wait(_GLANCE_SECONDS):
            for process in psutil.Process().children(recursive=True):
                # A process may end while it is looked at.
                with suppress(psutil.Error):
                    notice(peak, process)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield peak
    finally:
        stopped.set()
        watcher.join()


def notice(peak: Peak, process: psutil.Process) -> None:
    """Add what one process takes; the driver is the one that runs the stage."""
    command, resident = process.cmdline(), process.memory_info().rss
    if any(word.startswith("stages.") for word in command):
        peak.driver = max(peak.driver, resident)
    elif any("spawn_main" in word for word in command) or "ffmpeg" in process.name():
        peak.worker = max(peak.worker, resident)


def one_more(size: ScaleRun, before: ScaleRun) -> float:
    """Compute the seconds for each clip that one size has more than another."""
    return (size.total - before.total) / (size.clips - before.clips)


def growth(done: Sequence[ScaleRun]) -> str:
    """Tell how much dearer one more clip got from the last size but one to the last."""
    if len(done) < 3:
        return ""
    first, last = (one_more(size, before) for before, size in pairwise(done[-3:]))
    return f"; measured: {last / first - 1:+.0%}"


def row(size: ScaleRun, before: ScaleRun | None) -> dict[str, str]:
    return {
        "clips": f"{size.clips:,}",
        "held out": f"{size.held_out:,}",
        "seconds": f"{size.total:,.1f}",
        "clips/s": f"{size.clips / size.total:.2f}",
        "a clip": f"{size.total / size.clips * 1000:.0f} ms",
        "one more than in the row above": (
            f"{one_more(size, before) * 1000:.0f} ms" if before else ""
        ),
        "`dvc repro` with nothing to do": f"{size.at_rest:.1f} s",
        "disk": f"{size.disk / 1e9:.2f} GB",
        "disk of a clip": f"{size.disk / size.clips / 1e6:.2f} MB",
    }


def stage_row(size: ScaleRun, name: str) -> dict[str, str]:
    peak = size.peaks[name]
    return {
        "clips": f"{size.clips:,}",
        "stage": name,
        "clips/s": f"{size.clips / size.seconds[name]:.2f}",
        "driver": f"{peak.driver / 1e6:.0f} MB",
        "worker": f"{peak.worker / 1e6:.0f} MB",
    }


def projection(seconds: float, disk: float, clips: int) -> dict[str, str]:
    core_seconds = seconds * clips
    return {
        "clips": f"{clips:,}",
        **{f"on {cores} cores": duration(core_seconds / cores) for cores in CORES},
        "cost": f"{core_seconds / 3600 * DOLLARS_A_CORE_HOUR:,.0f} USD",
        "disk": f"{disk * clips / 1e12:.2f} TB",
    }


if __name__ == "__main__":
    options = parser()
    options.add_argument("sizes", nargs="*", type=positive, default=SIZES, metavar="CLIPS")
    with report_errors():
        main(options.parse_args().sizes)
