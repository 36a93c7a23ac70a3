"""How far the work is: a bar on a terminal, a line every tenth elsewhere."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from tqdm import tqdm

log = logging.getLogger(__name__)


class Progress(Protocol):
    """Called once for each finished piece, with a short note on how it goes."""

    def __call__(self, note: str = "") -> None: ...


@contextmanager
def progress(label: str, total: int, unit: str) -> Iterator[Progress]:
    """Show the progress of ``total`` pieces of work."""
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
