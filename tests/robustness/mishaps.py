"""Mishaps of real machines, made on purpose: each is reported in one line, nothing is corrupt.

``python -m tests.robustness.mishaps`` tries them all and writes the table. After each mishap its
cause is removed, and the same project has to end in the bits of an undisturbed run. Filling a disk
and limiting memory needs root on Linux; without it, those are passed over and said to be.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.project import bits, copy, repro, small_project, stages
from tests.robustness.table import TrialRow, announce, report
from tests.worktree import environment

PATIENCE_SECONDS = 120
MEMORY_GROUPS = Path("/sys/fs/cgroup/memory")


class Unavailable(Exception):  # noqa: N818 (a condition of this machine, not an error)
    """A mishap cannot be made on this machine."""


@dataclass(frozen=True)
class Mishap:
    """Something that goes wrong.

    Attributes
    ----------
    name : of the mishap.
    before : the stage that comes next.
    happen : makes it happen to a project, and returns the lines that were shown.
    said : a regular expression for the last line that the user reads of us.
    """

    name: str
    before: str
    happen: Callable[[Path], list[str]]
    said: str


def lines_of(
    project: Path, *, during: Callable[[int], None] | None = None, **env: str
) -> list[str]:
    """Return the lines of a ``dvc repro`` that has to fail; ``during`` gets its process id."""
    process = subprocess.Popen(
        ["dvc", "repro"], cwd=project, env=environment(**env), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    if during:
        during(process.pid)
    shown, _ = process.communicate(timeout=PATIENCE_SECONDS * 5)
    assert process.returncode != 0, f"it went well: {shown}"
    return shown.splitlines()


# --- the mishaps ------------------------------------------------------------------------------


@contextmanager
def mounted(folder: Path, *, spare_bytes: int = 0, read_only: bool = False) -> Iterator[None]:
    """Mount a small file system over a folder, with what was in it and little space left."""
    kept = folder.with_name(f"{folder.name}-kept")
    folder.mkdir(exist_ok=True)
    shutil.copytree(folder, kept)
    command = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        raise Unavailable("needs root, to mount a file system")
    try:
        shutil.copytree(kept, folder, dirs_exist_ok=True)
        left = shutil.disk_usage(folder).free - spare_bytes
        (folder / ".ballast").write_bytes(bytes(left))
        if read_only:
            subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
        shutil.rmtree(kept)


def full_disk(name: str, spare_bytes: int = 0) -> Callable[[Path], list[str]]:
    def happen(project: Path) -> list[str]:
        with mounted(project / name, spare_bytes=spare_bytes):
            return lines_of(project)

    return happen


def full_temporary_folder(project: Path) -> list[str]:
    folder = project.with_name("temporary")
    # Enough for Python to start its workers.
    with mounted(folder, spare_bytes=100_000):
        return lines_of(project, TMPDIR=str(folder))


def read_only(name: str) -> Callable[[Path], list[str]]:
    def happen(project: Path) -> list[str]:
        with mounted(project / name, spare_bytes=1_000_000, read_only=True):
            return lines_of(project)

    return happen


@contextmanager
def memory_limit(bytes_: int) -> Iterator[Path]:
    """Make a control group whose processes may have so much memory together."""
    group = MEMORY_GROUPS / f"afterimage-{os.getpid()}"
    try:
        group.mkdir()
        (group / "memory.limit_in_bytes").write_text(str(bytes_))
    except OSError as error:
        raise Unavailable("needs root and cgroup v1, to limit memory") from error
    try:
        yield group
    finally:
        while (group / "cgroup.procs").read_text():
            time.sleep(0.05)
        group.rmdir()


def out_of_memory(project: Path) -> list[str]:
    """Let the kernel kill the largest process that is over the limit: a worker."""

    def limit(process: int) -> None:
        (group / "cgroup.procs").write_text(str(a_worker(process)))

    with memory_limit(8 << 20) as group:
        return lines_of(project, during=limit, AFTERIMAGE_WORKERS="1")


def struck(blow: signal.Signals) -> Callable[[Path], list[str]]:
    """Send a worker a signal while it works on a clip."""

    def happen(project: Path) -> list[str]:
        return lines_of(
            project, during=lambda process: os.kill(a_worker(process), blow), AFTERIMAGE_WORKERS="1"
        )

    return happen


def a_worker(process: int) -> int:
    """Wait for a worker below another process that is at work on a clip; return its process id."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        for child in psutil.Process(process).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                if "spawn_main" in " ".join(child.cmdline()) and child.children():
                    return int(child.pid)
        time.sleep(0.005)
    raise AssertionError("no worker at work")


def clip_removed(project: Path) -> list[str]:
    """Remove a clip that is still waiting while the stage works on the first."""

    def remove(process: int) -> None:
        a_worker(process)
        sorted((project / "data" / "clips").iterdir())[-1].unlink()

    return lines_of(project, during=remove, AFTERIMAGE_WORKERS="1")


def two_at_once(project: Path) -> list[str]:
    first = subprocess.Popen(
        ["dvc", "repro"], cwd=project, env=environment(), start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    a_worker(first.pid)
    shown = lines_of(project)
    assert first.wait() == 0
    return shown


MISHAPS = [
    Mishap("disk full in fetch", "fetch", full_disk("data", 100_000),
           r"error: .*No space left on device; free"),
    Mishap("disk full in compress (.scratch)", "compress", full_disk(".scratch"),
           r"error: .*No space left on device; free"),
    Mishap("disk full in compress (temporary folder)", "compress", full_temporary_folder,
           r"error: .*No space left on device; free"),
    Mishap("disk full in optimize (metrics)", "optimize", full_disk("metrics"), "No space left"),
    Mishap("read-only data folder", "fetch", read_only("data"), r"error: .*Read-only file system"),
    Mishap("read-only metrics folder", "optimize", read_only("metrics"), "Read-only file system"),
    Mishap("worker out of memory (killed by the kernel)", "compress", out_of_memory,
           r"error: .*(worker process died|ffmpeg was killed).*out of memory.*AFTERIMAGE_WORKERS"),
    *(
        Mishap(f"worker segfaults on a clip, in {stage}", stage, struck(signal.SIGSEGV),
               r"error: \S+\.mkv: a worker process died \(SIGSEGV\); leave that clip out")
        for stage in ("fetch", "compress", "optimize", "validate")
    ),
    *(
        Mishap(f"worker killed, in {stage}", stage, struck(signal.SIGKILL),
               r"error: \S+\.mkv: a worker process died \(killed, or out of memory\)")
        for stage in ("compress", "optimize", "hash_drift")
    ),
    Mishap("clip removed while compress runs", "compress", clip_removed,
           r"error: data/clips/\S+\.mkv: No such file or directory; `dvc repro` or"),
    Mishap("two `dvc repro` at once", "compress", two_at_once, r"is busy, it is being blocked by"),
]  # fmt: skip

# --- trying them ------------------------------------------------------------------------------


def attempt(mishap: Mishap, project: Path, expected: dict[str, str], *targets: str) -> TrialRow:
    """Let it happen to a project, remove the cause, and run again (up to some targets)."""
    try:
        shown = mishap.happen(project)
    except Unavailable as reason:
        return TrialRow(mishap.name, 0, f"not tried: {reason}")
    line = next((line for line in shown if re.search(mishap.said, line)), None)
    if line is None or any("Traceback" in shown_line for shown_line in shown):
        return TrialRow(mishap.name, 1, f"not told: {' / '.join(shown[-5:])}", good=False)
    half_written = [path.name for path in project.glob("data/**/*.part")]
    if half_written:
        return TrialRow(mishap.name, 1, f"left half-written: {' '.join(half_written)}", good=False)
    again = repro(project, *targets)
    if again.returncode != 0 or bits(project) != expected:
        return TrialRow(mishap.name, 1, "did not end in the same bits afterwards", good=False)
    message = line.strip().replace(f"{project}/", "").replace(str(project.parent), "...")
    message = re.sub(r"\.\d+\.part\b|afterimage-\w+", "*", message)
    # Two backticks: a message may hold one.
    return TrialRow(mishap.name, 1, f"`` {message} ``; the next run ended in the same bits")


def prepared(folder: Path, names: set[str]) -> tuple[dict[str, Path], dict[str, str]]:
    """Keep a project before each of some stages, by that stage; and the bits at the end."""
    project = small_project(folder / "undisturbed")
    before: dict[str, Path] = {}
    for stage in stages(project):
        if stage in names:
            before[stage] = copy(project, folder / f"before {stage}")
        done = repro(project, "--single-item", stage)
        assert done.returncode == 0, done.stderr
    return before, bits(project)


def trials(mishaps: Sequence[Mishap], folder: Path) -> Iterator[TrialRow]:
    """Yield a row for each mishap."""
    before, expected = prepared(folder, {mishap.before for mishap in mishaps})
    for index, mishap in enumerate(mishaps):
        project = copy(before[mishap.before], folder / str(index) / "project")
        yield announce(attempt(mishap, project, expected))


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="afterimage-mishaps-") as folder:
        rows = list(trials(MISHAPS, Path(folder)))
    tried = [row for row in rows if row.count]
    good = sum(row.good for row in tried)
    total = TrialRow(
        "Disk full, memory gone, workers crashed or killed, folders read-only, a clip removed, "
        "two runs at once", len(tried),
        f"{good} of {len(tried)} were reported in one line, left nothing half-written, and the "
        "next run ended in the same bits", good=good == len(tried),
    )  # fmt: skip
    return report("mishaps", "What goes wrong on real machines", rows, total)


if __name__ == "__main__":
    sys.exit(main())
