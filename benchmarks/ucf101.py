"""What UCF101 costs: time and disk for each clip, and the bookkeeping at full size.

``python -m benchmarks.ucf101 DIR``

DIR has some genuine clips (``v_<Class>_gNN_cNN.avi``). They go through every stage of a copy of the
project, first some of them and then more, under further names; the difference is what a clip costs,
without what it costs to start. That is processor time, which another load on the machine changes
less than it changes waiting; how busy the machine was is told. What larger subsets take is then
multiplied, not measured. The bookkeeping is measured at its full size, with 13,320 files that need
not be videos.
"""

import itertools
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import yaml

from benchmarks.command_line import folder
from benchmarks.footage import heading, markdown
from benchmarks.processor import children_seconds
from stages.common.command_line import report_errors
from stages.common.errors import AfterimageError
from stages.sources.ucf101.lists import SPLITS_ZIP, Listed, read_lists
from stages.sources.ucf101.server import ARCHIVE_BYTES, CLIP_BYTES
from stages.sources.ucf101.subset import choose
from stages.video.clips import Clip, read_manifest, split_groups, write_manifest
from tests.sources.ucf101 import official
from tests.worktree import commit, copy_to, run, set_params

Result = TypeVar("Result")

GENUINE = re.compile(r"v_([A-Za-z]+)_g\d\d_c\d\d\.avi")
STAGES = ("fetch", "compress", "optimize", "validate", "hash_drift")
FEW, MANY = 6, 18
WHOLE = 13_320
SUBSETS = {"1 clip of each class": 101, "10 of each": 1010, "everything": WHOLE}
LINES_MBIT_S = (10, 100)
MOST_SECONDS_AT_REST = 5


def main(directory: Path) -> None:
    clips = [path for path in sorted(directory.iterdir()) if GENUINE.fullmatch(path.name)]
    if not clips:
        raise AfterimageError(f"{directory} has no v_<Class>_gNN_cNN.avi")
    with tempfile.TemporaryDirectory() as folder:
        seconds, disk = cost(Path(folder, "project"), clips)
    per_clip = sum(seconds.values())
    size = sum(path.stat().st_size for path in clips) / len(clips)
    print(f"# {heading(__doc__)}\n")
    print(f"Measured on {len(clips)} genuine clips of {size / 1e6:.2f} MB on average, ", end="")
    print("in processor seconds for one more clip: ", end="")
    print(", ".join(f"{name} {spent:.2f}" for name, spent in seconds.items()) + ".")
    print(f"One more clip takes {disk / 1e6:.2f} MB of disk beside itself and DVC's copy of it.\n")
    print(
        "**Estimate**: the above, multiplied; sizes and downloads are those of the published ",
        end="",
    )
    print(f"archive, {CLIP_BYTES / 1e6:.2f} MB a clip.\n")
    print(markdown([estimate(name, count, per_clip, disk) for name, count in SUBSETS.items()]))
    print("\nBookkeeping at full size, measured:\n")
    with tempfile.TemporaryDirectory() as folder:
        print(markdown(list(bookkeeping(Path(folder)))))
    print(f"\nLoad average at the end: {os.getloadavg()[0]:.0f}, on {os.cpu_count()} cores.")


def cost(project: Path, clips: Sequence[Path]) -> tuple[dict[str, float], float]:
    """Measure processor seconds of each stage, and bytes of disk beside the clip, for one more."""
    copy_to(project)
    videos = project / "data" / "own"
    sources = {f"{i:02}_{clips[i % len(clips)].name}": clips[i % len(clips)] for i in range(MANY)}
    seed = even_seed(list(sources), (FEW, MANY))
    set_params(
        project,
        {"fetch.source": "folder", "fetch.group_regex": "$^", "fetch.split_seed": seed}
        | {"optimize.generations": 1, "optimize.clips": 2, "optimize.population": 8},
    )
    spent, used = [], []
    for count in (FEW, MANY):
        for name in list(sources)[:count]:
            shutil.copyfile(sources[name], videos / name)
        spent.append([processor_seconds(project, "dvc", "repro", "-sf", name) for name in STAGES])
        used.append(disk_of(project))
    added = sum(path.stat().st_size for path in sorted(videos.glob("*.avi"))[FEW:])
    # The copies in data/own stand for the downloads; DVC keeps another.
    beside = (used[1] - used[0] - 2 * added) / (MANY - FEW)
    marginal = {
        name: max(many - few, 0) / (MANY - FEW)
        for name, few, many in zip(STAGES, *spent, strict=True)
        if name != "optimize"
    }
    return marginal, beside


def even_seed(groups: Sequence[str], sizes: Sequence[int]) -> int:
    """Find a seed that splits the first so many recordings evenly: those held out cost the most."""

    def is_even(size: int, seed: int) -> bool:
        sides = split_groups(groups[:size], test_fraction=0.5, seed=seed)
        return 2 * list(sides.values()).count("test") == size

    return next(seed for seed in itertools.count(1) if all(is_even(n, seed) for n in sizes))


def processor_seconds(project: Path, *command: str) -> float:
    """Measure the processor seconds of a command and its children."""
    before = children_seconds()
    run(project, *command)
    return children_seconds() - before


def disk_of(folder: Path) -> int:
    """Count the bytes that a folder takes, a file with several names once."""
    files = (path.lstat() for path in folder.rglob("*") if path.is_file())
    return sum({status.st_ino: status.st_blocks * 512 for status in files}.values())


def estimate(name: str, count: int, seconds: float, disk: float) -> dict[str, str]:
    """Estimate what a subset takes, in a row."""
    size = ARCHIVE_BYTES if count == WHOLE else count * CLIP_BYTES
    cores = os.cpu_count() or 1
    downloads = {
        f"download at {rate} Mbit/s": duration(size * 8 / rate / 1e6) for rate in LINES_MBIT_S
    }
    return {
        "subset": name,
        "clips": f"{count:,}",
        **downloads,
        f"pipeline on {cores} cores": duration(count * seconds / cores),
        "download": f"{size / 1e9:.2f} GB",
        "disk in all": f"{count * (2 * CLIP_BYTES + disk) / 1e9:.2f} GB",
    }


def duration(seconds: float) -> str:
    return f"{seconds / 3600:.1f} h" if seconds >= 5400 else f"{seconds / 60:.1f} min"


def bookkeeping(folder: Path) -> Sequence[dict[str, str]]:
    """Measure, in rows, what has to be quick with 13,320 clips."""
    path = folder / SPLITS_ZIP
    path.write_bytes(official.splits_zip(official.full_names()))
    lists, reading = timed(lambda: read_lists(path, 1))
    chosen, choosing = timed(lambda: choose(lists, [], 10, 1))
    project = copy_to(folder / "project")
    rows = [
        ("read the lists and the split", f"{reading:.2f} s", f"{len(lists.clips):,} clips"),
        ("choose 10 of each class", f"{choosing:.2f} s", f"{len(chosen):,} clips"),
        *at_rest(project, lists.clips),
    ]
    return [{"what": what, "time": spent, "of": of} for what, spent, of in rows]


def at_rest(project: Path, listed: Sequence[Listed]) -> list[tuple[str, str, str]]:
    """Measure, in rows, the manifest of a finished project of that many clips, and `dvc repro`."""
    data = project / "data"
    clips = [
        Clip(clip.id, f"data/clips/{clip.id}", "natural", clip.id[:-8], "", "", clip.split,
             320, 240, "crop", "25", 60, "0" * 64)
        for clip in listed
    ]  # fmt: skip
    _, writing = timed(lambda: write_manifest(clips, data / "clips.csv"))
    _, reading = timed(lambda: read_manifest(data / "clips.csv"))
    tested = [clip for clip in clips if clip.split == "test"]
    outputs = {"clips": clips, "compressed": clips, "marked": tested}
    for kind, of in outputs.items():
        for clip in of:
            path = data / kind / f"{clip.id}.mkv"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{kind} {clip.id}")
    files = f"{sum(map(len, outputs.values())):,} files"
    finish(project)
    assert "Running stage" not in run(project, "dvc", "repro").stdout
    both = [timed(lambda: processor_seconds(project, "dvc", "repro")) for _ in range(3)]
    busy, waited = (min(column) for column in zip(*both, strict=True))
    return [
        ("write the manifest", f"{writing:.2f} s", f"{len(clips):,} rows"),
        ("read the manifest", f"{reading:.2f} s", f"{len(clips):,} rows"),
        (
            "`dvc repro` with nothing to do, best of 3",
            f"{waited:.1f} s (target {MOST_SECONDS_AT_REST})",
            files,
        ),
        ("the same, processor time alone", f"{busy:.1f} s", files),
    ]


def finish(project: Path) -> None:
    """Let DVC take what is there for the outputs of all stages."""
    lock = yaml.safe_load((project / "dvc.lock").read_text(encoding="utf-8"))
    for out in (out for stage in lock["stages"].values() for out in stage.get("outs", [])):
        path = project / out["path"]
        if path.exists():
            continue
        if out["md5"].endswith(".dir"):
            path = path / "content"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n")
    commit(project)
    run(project, "dvc", "commit", "--force")


def timed(function: Callable[[], Result]) -> tuple[Result, float]:
    started = time.perf_counter()
    result = function()
    return result, time.perf_counter() - started


if __name__ == "__main__":
    with report_errors():
        main(folder())
