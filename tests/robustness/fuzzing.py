"""Mutated videos through ``fetch`` in folder mode, and what was used of them through ``compress``.

``python -m tests.robustness.fuzzing [count]`` makes 1,000 files by default. Each has to be used,
or named as refused with the reason; no stage may crash, hang, or take more memory than
``MEMORY_BYTES`` in any process.
"""

import csv
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.project import small_project
from tests.robustness.mutations import Mutant, mutants
from tests.robustness.table import TrialRow, announce, report
from tests.worktree import environment

COUNT = 1000
MEMORY_BYTES = 1 << 30
# A guard against hanging, far above what a file takes.
SECONDS_PER_FILE = 20


@dataclass(frozen=True)
class Run:
    """A finished run of a stage: its status, its output, and the memory of its largest process."""

    status: int
    output: str
    memory_bytes: int


@dataclass(frozen=True)
class Fate:
    """The fate of the files: the ids of those used, and the reasons for those refused."""

    used: set[str]
    refused: dict[str, str]
    memory_bytes: int


def run_measured(project: Path, stage: str, patience: float) -> Run:
    """Run a stage as a process of its own, and measure it and all that it waited for."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            ["timeout", "--signal=KILL", str(patience), sys.executable, "-m", f"stages.{stage}"],
            cwd=project, env=environment(AFTERIMAGE_WORKERS="2"), stdout=output, stderr=output,
        )  # fmt: skip
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read().decode(errors="replace")
    # Linux counts in KiB, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    return Run(process.returncode, text, usage.ru_maxrss * unit)


def fuzz(files: list[Mutant], folder: Path) -> Fate:
    """Put files through ``fetch`` and ``compress``; ``AssertionError`` if one breaks them."""
    project = small_project(
        folder / "project", {"fetch.source": "folder", "fetch.folder": "../videos"}
    )
    videos = folder / "videos"
    videos.mkdir()
    for mutant in files:
        (videos / mutant.name).write_bytes(mutant.content)
    fetched = run_measured(project, "fetch", 60 + SECONDS_PER_FILE * len(files))
    assert fetched.status == 0, f"fetch: {fetched.status}: {fetched.output[-2000:]}"
    refused = dict(re.findall(r"^skipped: (.+?\.\w+): (.+)$", fetched.output, re.MULTILINE))
    with (project / "data" / "clips.csv").open(encoding="utf-8") as table:
        used = {row["id"] for row in csv.DictReader(table)}
    assert used | refused.keys() == {mutant.name for mutant in files}, "neither used nor refused"
    assert not used & refused.keys(), "both used and refused"
    kept = {path.name for path in (project / "data" / "clips").iterdir()}
    assert kept == used, "a refused file was kept"
    compressed = run_measured(project, "compress", 60 + SECONDS_PER_FILE * len(files))
    assert compressed.status == 0, f"compress: {compressed.status}: {compressed.output[-2000:]}"
    for run in (fetched, compressed):
        assert "Traceback" not in run.output, run.output
    return Fate(used, refused, max(fetched.memory_bytes, compressed.memory_bytes))


def rows_of(files: list[Mutant], fate: Fate) -> list[TrialRow]:
    """Sum up each kind of file in a row."""
    rows = []
    for kind in dict.fromkeys(mutant.kind for mutant in files):
        names = [mutant.name for mutant in files if mutant.kind == kind]
        used = sum(name in fate.used for name in names)
        reasons = Counter(
            re.sub(r"\b(0x)?[0-9a-fA-F]*\d[0-9a-fA-F]*\b", "N", fate.refused[name])
            for name in names
            if name in fate.refused
        )
        most = "; ".join(f"{reason} ({count})" for reason, count in reasons.most_common(2))
        happened = f"{used} used, {len(names) - used} refused"
        rows.append(TrialRow(kind, len(names), f"{happened}: {most}" if most else happened))
    return rows


def main(count: int) -> int:
    with tempfile.TemporaryDirectory(prefix="afterimage-fuzzing-") as name:
        files = list(mutants(count, Path(name, "bases")))
        fate = fuzz(files, Path(name))
    rows = [announce(row) for row in rows_of(files, fate)]
    megabytes = fate.memory_bytes / 1e6
    total = TrialRow(
        "Mutated videos through `fetch` and `compress`", len(files),
        f"{len(fate.used)} used, {len(fate.refused)} refused by name with the reason; no crash, no "
        f"hang; the largest process took {megabytes:.0f} MB", fate.memory_bytes <= MEMORY_BYTES,
    )  # fmt: skip
    return report("fuzzing", "Videos as nobody should send them", rows, total, NOTES)


NOTES = """
Made by `tests/robustness/mutations.py` with a fixed seed. What was used decoded without one
complaint of the decoder in `fetch`, and went through the codec in `compress`. After each kind of
refused files, its two most frequent reasons (N: a number).
"""


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else COUNT))
