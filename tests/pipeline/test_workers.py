"""Work spread over processes, in order, and the death of one."""

import multiprocessing
import os
import signal
import time
from collections.abc import Iterator

import pytest

from stages.common.errors import AfterimageError
from stages.pipeline.processes import count
from stages.pipeline.workers import in_order, map_items, workers


def test_the_number_of_workers_is_asked_for_or_the_processors(monkeypatch):
    monkeypatch.setenv("AFTERIMAGE_WORKERS", "3")
    assert count() == 3
    monkeypatch.setenv("AFTERIMAGE_WORKERS", "")
    assert count() >= 1
    for bad in ("0", "-1", "many", "1.5", "9999"):
        monkeypatch.setenv("AFTERIMAGE_WORKERS", bad)
        with pytest.raises(AfterimageError, match="AFTERIMAGE_WORKERS"):
            count()


def square(value: int) -> int:
    return value * value


def die(value: int) -> int:
    """End the process: by a signal if negative, else with a status."""
    if value < 0:
        os.kill(os.getpid(), -value)
        time.sleep(60)
    os._exit(value)


def test_results_come_in_the_order_of_the_items(monkeypatch):
    monkeypatch.setenv("AFTERIMAGE_WORKERS", "2")
    with workers() as pool:
        assert map_items(pool, square, list(range(23)), label="x") == [i * i for i in range(23)]


def test_only_a_few_items_are_on_their_way(monkeypatch):
    """However many there are: they are taken when somebody can do them."""
    monkeypatch.setenv("AFTERIMAGE_WORKERS", "2")
    submitted = 0
    done = 0
    most = 0

    def items() -> Iterator[int]:
        nonlocal submitted, most
        for value in range(50):
            submitted += 1
            most = max(most, submitted - done)
            yield value

    def count_done() -> None:
        nonlocal done
        done += 1

    with workers() as pool:
        assert list(in_order(pool, square, items(), each=count_done)) == [i * i for i in range(50)]
    assert done == 50
    assert most <= 2 * 2 + 1


@pytest.mark.parametrize(
    ("how", "said"),
    [
        (9, "9: a worker process died (exit status 9); leave that clip out"),
        (-signal.SIGSEGV, "-11: a worker process died (SIGSEGV); leave that clip out"),
        (-signal.SIGKILL, "-9: a worker process died (killed, or out of memory); set AFTER"),
        (-signal.SIGTERM, "a worker process was ended by somebody else"),
    ],
)
def test_a_worker_that_dies_is_told_with_what_it_worked_on(monkeypatch, how, said):
    monkeypatch.setenv("AFTERIMAGE_WORKERS", "2")
    with pytest.raises(AfterimageError) as caught, workers() as pool:
        map_items(pool, die, [int(how)], label="x")
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_every_start_method_gives_the_same(monkeypatch, method):
    monkeypatch.setenv("AFTERIMAGE_START_METHOD", method)
    with workers() as pool:
        assert map_items(pool, square, [1, 2, 3], label="x") == [1, 4, 9]


def test_an_unknown_start_method_is_refused(monkeypatch):
    monkeypatch.setenv("AFTERIMAGE_START_METHOD", "clone")
    with pytest.raises(AfterimageError, match=r"'clone': must be one of .*spawn"), workers():
        pass
