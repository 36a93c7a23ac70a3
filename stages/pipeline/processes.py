"""Processes of this machine, as an executor: what a stage works with unless there is a cluster."""

import multiprocessing
import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, TypeVar

from stages.common.errors import AfterimageError
from stages.pipeline.executor import FileExecutor, subject_of

Result = TypeVar("Result")

WORKERS, START_METHOD = "AFTERIMAGE_WORKERS", "AFTERIMAGE_START_METHOD"


def count() -> int:
    """Return the number of processes: ``AFTERIMAGE_WORKERS``, or one a processor.

    It changes no result. Raises ``AfterimageError`` if the variable is no number from 1 to 1024.
    """
    setting = os.environ.get(WORKERS, "")
    if not setting:
        return (
            len(os.sched_getaffinity(0))
            if hasattr(os, "sched_getaffinity")
            else os.cpu_count() or 1
        )
    if not setting.isdecimal() or not 1 <= int(setting) <= 1024:
        raise AfterimageError(f"{WORKERS} = {setting!r}: must be a whole number from 1 to 1024")
    return int(setting)


def start_method() -> str:
    """Return the way processes are started: ``AFTERIMAGE_START_METHOD``, or spawn.

    It changes no result. Raises ``AfterimageError`` if this system does not know it.
    """
    method = os.environ.get(START_METHOD, "") or "spawn"
    known = multiprocessing.get_all_start_methods()
    if method not in known:
        raise AfterimageError(f"{START_METHOD} = {method!r}: must be one of {', '.join(known)}")
    return method


@contextmanager
def processes() -> Iterator[FileExecutor]:
    """Yield a pool of processes; tasks that are still waiting are dropped if the stage fails.

    Raises ``AfterimageError`` with the reason if a process dies.
    """
    with tempfile.TemporaryDirectory(prefix="afterimage-") as notes:
        pool = _Pool(Path(notes))
        try:
            yield pool
        except BrokenProcessPool as error:
            pool.shutdown(wait=True, cancel_futures=True)
            raise AfterimageError(pool.cause_of_death()) from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


class _Pool(ProcessPoolExecutor, FileExecutor):
    """A pool whose processes note what they are about to do, so that a death can be explained."""

    def __init__(self, notes: Path) -> None:
        super().__init__(
            count(),
            mp_context=multiprocessing.get_context(start_method()),
            initializer=_follow_the_parent,
        )
        self._notes = notes
        self._members: set[BaseProcess] = set()

    @property
    def width(self) -> int:
        return count()

    def submit(self, function: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        future = super().submit(_note_and_run, self._notes, function, *args, **named)
        self._members.update(multiprocessing.active_children())
        return future

    def submit_reading(
        self,
        reads: Sequence[Path],  # noqa: ARG002 (they are here already)
        function: Callable[..., Any],
        /,
        *args: Any,
        **named: Any,
    ) -> Future[Any]:
        return self.submit(function, *args, **named)

    def cause_of_death(self) -> str:
        """Explain in one line how a process died; the others were ended because of it."""
        dead = [
            process
            for process in self._members
            if process.exitcode not in {None, 0, -signal.SIGTERM}
        ]
        if not dead:
            return "a worker process was ended by somebody else; run the same command again"
        status, note = dead[0].exitcode or 0, self._notes / str(dead[0].pid)
        task = note.read_text(encoding="utf-8") if note.exists() else ""
        subject = f"{task}: " if task else ""
        if status == -signal.SIGKILL:
            return (
                f"{subject}a worker process died (killed, or out of memory); set {WORKERS} "
                "to fewer processes and run the same command again"
            )
        how = signal.Signals(-status).name if status < 0 else f"exit status {status}"
        return f"{subject}a worker process died ({how}); leave that clip out, or try again"


def _note_and_run(notes: Path, function: Callable[..., Result], *args: Any, **named: Any) -> Result:
    """Note, in a worker, what is worked on, and do it."""
    with suppress(OSError):
        Path(notes, str(os.getpid())).write_text(subject_of(*args), encoding="utf-8")
    return function(*args, **named)


def _follow_the_parent() -> None:
    """Leave Ctrl-C to the parent, in a worker, and end when the parent is gone, however it went."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
