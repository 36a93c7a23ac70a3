"""The one place where work is spread: a stage maps one function over its clips."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import TypeVar

from stages.errors import AfterimageError
from stages.pipeline.progress import progress

Item = TypeVar("Item")
Result = TypeVar("Result")

WORKERS = "AFTERIMAGE_WORKERS"


def count() -> int:
    """How many processes to use: ``AFTERIMAGE_WORKERS``, or one a processor. Changes no result."""
    asked = os.environ.get(WORKERS, "")
    if not asked:
        return (
            len(os.sched_getaffinity(0))
            if hasattr(os, "sched_getaffinity")
            else os.cpu_count() or 1
        )
    if not asked.isdecimal() or not 1 <= int(asked) <= 1024:
        raise AfterimageError(f"{WORKERS} = {asked!r}: must be a whole number from 1 to 1024")
    return int(asked)


@contextmanager
def workers() -> Iterator[Executor]:
    """A pool of processes; what is still waiting is dropped if the stage fails."""
    method = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(count(), mp_context=method, initializer=_follow_the_parent)
    try:
        yield pool
    except BrokenProcessPool as error:
        raise AfterimageError(
            "a worker process died (killed, or out of memory); set AFTERIMAGE_WORKERS to fewer "
            "processes and run the same command again"
        ) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def map_items(
    pool: Executor,
    function: Callable[[Item], Result],
    items: Sequence[Item],
    *,
    label: str,
    unit: str = "clips",
) -> list[Result]:
    """Apply a function to every item on the pool; results in the order of the items."""
    futures = [pool.submit(function, item) for item in items]
    with progress(label, len(items), unit) as advance:
        for future in as_completed(futures):
            future.result()
            advance()
    return results(futures)


def results(futures: Iterable[Future[Result]]) -> list[Result]:
    """What finished futures returned; the first error is raised."""
    return [future.result() for future in futures]


def _follow_the_parent() -> None:
    """In a worker: leave Ctrl-C to the parent, and end when the parent is gone, however it went."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
