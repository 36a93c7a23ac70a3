"""The progress of work: a bar on a terminal, a line every tenth elsewhere."""

import logging
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import NoReturn, Protocol, TypeVar

from tqdm import tqdm

log = logging.getLogger(__name__)

Item = TypeVar("Item")

# Of work whose end nobody knows.
_LOGGED_FRAMES = 1000


class Progress(Protocol):
    """A function that is called once for each finished item, with a short note on how it goes."""

    def __call__(self, note: str = "") -> None: ...


@contextmanager
def progress(label: str, total: int, unit: str) -> Iterator[Progress]:
    """Show the progress of ``total`` items of work; yield what is called for each that is done."""
    with tqdm(total=total, desc=label, unit=unit, disable=not sys.stderr.isatty()) as bar:
        done = 0

        def advance(note: str = "") -> None:
            nonlocal done
            done += 1
            bar.set_postfix_str(note, refresh=False)
            bar.update()
            if bar.disable and done * 10 // total > (done - 1) * 10 // total:
                log.info("%s: %d of %d %s", label, done, total, f"{unit} {note}".strip())

        yield advance


class ByteProgress:
    """A counter that is called with the size of each chunk that is done; threads may share it."""

    def __init__(self, label: str, bar: "tqdm[NoReturn]") -> None:
        self._label = label
        self._bar = bar
        self._lock = threading.Lock()
        self._started = time.monotonic()
        self._done = self._total = self._told = 0

    def expect(self, size: int) -> None:
        """Expect so many bytes more than was known; fewer than none, if it is less."""
        with self._lock:
            self._total += size
            self._told = min(self._told, self._tenths())
            self._bar.total = self._total
            self._bar.refresh()

    def __call__(self, size: int) -> None:
        """Count so many bytes more as done."""
        with self._lock:
            self._done += size
            self._bar.update(size)
            if self._bar.disable and self._tenths() > self._told:
                self._told = self._tenths()
                log.info("%s: %s", self._label, self._state())

    def _tenths(self) -> int:
        return min(self._done * 10 // self._total, 10) if self._total > 0 else 0

    def _state(self) -> str:
        done, total = (tqdm.format_sizeof(size, "B") for size in (self._done, self._total))
        rate = self._done / max(time.monotonic() - self._started, 1e-3)
        left = tqdm.format_interval(max(self._total - self._done, 0) / max(rate, 1))
        return f"{done} of about {total}, {tqdm.format_sizeof(rate, 'B/s')}, {left} left"


@contextmanager
def byte_progress(label: str) -> Iterator[ByteProgress]:
    """Show the progress of a transfer, with its rate and the time left; yield its counter."""
    with tqdm(
        total=0, desc=label, unit="B", unit_scale=True, disable=not sys.stderr.isatty()
    ) as bar:
        yield ByteProgress(label, bar)


def with_progress(frames: Iterable[Item], label: str, total: int | None = None) -> Iterator[Item]:
    """Yield the frames of a video, and show the progress; ``total`` is how many there may be."""
    bar = tqdm(frames, desc=label, total=total, unit="frame", disable=not sys.stderr.isatty())
    for done, frame in enumerate(bar, start=1):
        yield frame
        if bar.disable and done % _LOGGED_FRAMES == 0:
            log.info("%s: %d frames", label, done)
