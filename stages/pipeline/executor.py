"""The executor that every stage spreads its work with, wherever that is done."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any


class FileExecutor(Executor, ABC):
    """An executor of ``concurrent.futures`` that takes care of files, too.

    A task runs in a folder that has the files it says it reads, under their names in the project.
    The files that it leaves there are in the project when its future is done. Names are relative,
    so that a worker needs no file of the project: the task brings them.
    """

    @property
    @abstractmethod
    def width(self) -> int:
        """The number of tasks that can be worked on at a time now; at least 1."""

    @abstractmethod
    def submit_reading(
        self, reads: Sequence[Path], function: Callable[..., Any], /, *args: Any, **named: Any
    ) -> Future[Any]:
        """Submit a task that opens these files of the project; otherwise as ``submit``."""


def subject_of(*args: Any) -> str:
    """Name the subject of a task with these arguments, for a message: the clip's id, as a rule."""
    item = args[0] if args else ""
    if isinstance(item, str | int):
        return str(item)
    return str(getattr(getattr(item, "clip", item), "id", ""))
