"""The protocol between the stage `fetch` and a source of clips."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from stages.common.section import Configurable


@dataclass(frozen=True)
class Labels:
    """The labels that a data set itself gives a clip; empty where it gives none.

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


@dataclass(frozen=True)
class Intake:
    """The information that `fetch` gives every source.

    Attributes
    ----------
    clips : the folder that the clips will be stored in, below the names in their ids.
    group_regex : searched in file names; what its groups match names the source recording.
    """

    clips: Path
    group_regex: str


@dataclass(frozen=True)
class Source(Configurable):
    """A record in `stages/sources`: where clips come from.

    Attributes
    ----------
    settings : the type of `fetch.<name>` in `params.yaml`, where <name> is the record's.
    list_offers : lists the clips, given those settings. It raises ``AfterimageError`` with a text
        that begins with the key at fault, such as ``fetch.folder: ``.
    """

    list_offers: Callable[[Any, Intake], Sequence[Offer]]
