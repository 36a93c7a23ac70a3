"""Processor time, which another load on the machine changes less than it changes waiting."""

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager


def children_seconds() -> float:
    """Processor time of all child processes that have ended, with theirs."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


@contextmanager
def cpu_seconds() -> Iterator[list[float]]:
    """The processor time of a block, with its child processes, as the list's one element."""
    spent = [-time.process_time() - children_seconds()]
    yield spent
    spent[0] += time.process_time() + children_seconds()
