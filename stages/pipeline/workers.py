"""The workers of a run: a stage maps one function over its clips, and cannot tell who does it.

They are processes of this machine, or, if ``AFTERIMAGE_SCHEDULER`` names a scheduler of Dask, the
workers of a cluster. The results are the same.
"""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from stages.common.errors import AfterimageError
from stages.common.progress import progress
from stages.pipeline.executor import FileExecutor
from stages.pipeline.processes import processes

Item = TypeVar("Item")
Result = TypeVar("Result")

SCHEDULER = "AFTERIMAGE_SCHEDULER"

# Tasks handed out for each that can be worked on: the next one waits where it will be done.
_AHEAD = 2


@contextmanager
def workers() -> Iterator[FileExecutor]:
    """Yield the executor of a stage; tasks that are still waiting are dropped if the stage fails.

    Raises ``AfterimageError`` if a cluster is asked for that cannot be had.
    """
    address = os.environ.get(SCHEDULER, "")
    if not address:
        with processes() as pool:
            yield pool
        return
    try:
        from stages.pipeline.cluster import cluster  # noqa: PLC0415 (an optional extra)
    except ModuleNotFoundError as error:
        raise AfterimageError(
            f"{SCHEDULER} is set, but {error.name} is not installed: pip install '.[cluster]'"
        ) from error
    with cluster(address) as pool:
        yield pool


def map_items(
    pool: FileExecutor,
    function: Callable[[Item], Result],
    items: Sequence[Item],
    *,
    label: str,
    unit: str = "clips",
    reads: Callable[[Item], Sequence[Path]] = lambda _: (),
) -> list[Result]:
    """Apply a function to every item on the pool, and show the progress.

    Parameters
    ----------
    pool : from ``workers``.
    function : done with each item.
    items : a task each.
    label, unit : of the progress.
    reads : returns the files that an item's task reads.

    Returns
    -------
    The results in the order of the items: small ones, for all are kept. A task leaves large ones in
    a file.
    """
    with progress(label, len(items), unit) as advance:
        return list(in_order(pool, function, items, reads=reads, each=advance))


def in_order(
    pool: FileExecutor,
    function: Callable[[Item], Result],
    items: Iterable[Item],
    *,
    reads: Callable[[Item], Sequence[Path]] = lambda _: (),
    each: Callable[[], object] = lambda: None,
) -> Iterator[Result]:
    """Yield the results in the order of the items; only a few items are on their way at a time.

    ``each`` is called whenever a task is done; the first error is raised as soon as it happens.
    """
    results: deque[Future[Result]] = deque()
    running: set[Future[Result]] = set()

    def settle() -> None:
        nonlocal running
        done, running = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            future.result()
            each()

    for item in items:
        while len(running) >= _AHEAD * pool.width:
            settle()
        future = pool.submit_reading(reads(item), function, item)
        results.append(future)
        running.add(future)
        while results and results[0] not in running:
            yield results.popleft().result()
    while results:
        while results[0] in running:
            settle()
        yield results.popleft().result()
