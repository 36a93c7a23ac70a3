"""What every source hands out."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Labels:
    """What a data set itself says of a clip; empty where it says nothing.

    Attributes
    ----------
    class_name : what is seen.
    clip_number : which part of its source recording the clip is.
    split : ``train`` or ``test``.
    """

    class_name: str = ""
    clip_number: str = ""
    split: str = ""


NO_LABELS = Labels()


class Offer(Protocol):
    """A clip that a source can deliver; small, so that it travels to worker processes.

    Attributes
    ----------
    id : unique name of the clip, a relative path with ``/``.
    kind : ``natural``, or the name of a test pattern.
    group : the source recording; clips of one group never stand on both sides of the split.
    labels : what the data set says of it.
    drawn : whether it is made by ``store``, anywhere, and is no file of this machine.
    """

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def group(self) -> str: ...
    @property
    def labels(self) -> Labels: ...
    @property
    def drawn(self) -> bool: ...

    def store(self, path: Path) -> None:
        """Write the clip's file; the caller makes the write atomic."""
        ...
