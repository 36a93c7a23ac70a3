"""How far a long video is: a bar on a terminal, a line now and then elsewhere."""

import logging
import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

from tqdm import tqdm

log = logging.getLogger(__name__)

Item = TypeVar("Item")

_LOGGED_FRAMES = 1000


def watched(frames: Iterable[Item], label: str, total: int | None = None) -> Iterator[Item]:
    """Every frame as it passes; ``total`` is how many there may be."""
    bar = tqdm(frames, desc=label, total=total, unit="frame", disable=not sys.stderr.isatty())
    for done, frame in enumerate(bar, start=1):
        yield frame
        if bar.disable and done % _LOGGED_FRAMES == 0:
            log.info("%s: %d frames", label, done)
