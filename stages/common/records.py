"""Records that are found by their name: one file in a room for each thing that people add.

Whoever adds a file to such a room (`stages/encoders`, `stages/edits`, ...) has added the thing.
Nobody imports the file, so it is no dependency of what does not ask for it by name. A source takes
more than a file, so each is a folder, with its record in `record.py`.
"""

import importlib
import re
from pathlib import Path
from typing import TypeVar

from stages.common.errors import AfterimageError

Kind = TypeVar("Kind")

_ROOT = Path(__file__).parents[1]
# Rooms whose records are folders; `dvc.yaml` names files in all others.
_FOLDERS = {"sources"}
_RECORD = re.compile(r"^RECORD\b", re.MULTILINE)


def names(room: str) -> tuple[str, ...]:
    """List the records of a room, such as ``encoders`` or ``fingerprint.recipes``, in order."""
    return tuple(sorted(_modules(room)))


def record(room: str, name: str, kind: type[Kind]) -> Kind:
    """Load the record of a name: ``RECORD`` in its file, or in its folder's ``record.py``.

    Raises ``AfterimageError``, naming the room and what is in it, if there is no such record, or if
    its file cannot be used.
    """
    modules = _modules(room)
    place = f"stages/{room.replace('.', '/')}"
    if name not in modules:
        raise AfterimageError(f"{place}: no {name!r} there; known: {', '.join(sorted(modules))}")
    try:
        loaded = getattr(importlib.import_module(modules[name]), "RECORD", None)
    except Exception as error:
        # Whatever a file does while it is loaded, the user has to know which one it was.
        raise AfterimageError(
            f"{place}: {name} cannot be loaded: {type(error).__name__}: {error}"
        ) from error
    if not isinstance(loaded, kind):
        raise AfterimageError(f"{place}: {name} has no RECORD of the kind {kind.__name__}")
    return loaded


def _modules(room: str) -> dict[str, str]:
    """Map the name of each record of a room to its module."""
    folder = _ROOT.joinpath(*room.split("."))
    if room in _FOLDERS:
        files = {path.parent.name: path for path in folder.glob("*/record.py")}
    else:
        files = {path.stem: path for path in folder.glob("*.py") if "." not in path.stem}
    return {
        name: ".".join(["stages", *path.relative_to(_ROOT).with_suffix("").parts])
        for name, path in files.items()
        if _RECORD.search(path.read_text(encoding="utf-8", errors="replace"))
    }
