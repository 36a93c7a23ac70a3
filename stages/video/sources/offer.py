"""What every source hands out."""

from pathlib import Path
from typing import Protocol


class Offer(Protocol):
    """A clip that a source can deliver; small, so that it travels to worker processes.

    Attributes
    ----------
    id : unique name of the clip, a relative path with ``/``.
    kind : ``natural``, or the name of a test pattern.
    group : the source recording; clips of one group never stand on both sides of the split.
    """

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def group(self) -> str: ...

    def store(self, path: Path) -> None:
        """Write the clip's file; the caller makes the write atomic."""
        ...
