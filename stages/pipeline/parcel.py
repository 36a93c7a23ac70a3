"""Parcels between a run and its workers: a task with its files, a result with new ones."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stages.common.errors import AfterimageError
from stages.common.files import write_bytes

# Files of one task, in either direction, in bytes at most. A message is held in memory as a whole.
MOST_BYTES = 512 << 20


@dataclass(frozen=True)
class Returned:
    """The result of a task, and the content of every file that it left, by name."""

    result: Any
    files: dict[str, bytes]


def carry_out(
    function: Callable[..., Any],
    arguments: Sequence[Any],
    named: Mapping[str, Any],
    names: Sequence[str],
    *contents: bytes,
) -> Returned:
    """Call a function, on a worker, in a folder that has these files and no others."""
    with tempfile.TemporaryDirectory(prefix="afterimage-") as folder, chdir(folder):
        for name, content in zip(names, contents, strict=True):
            write_bytes(_inside(name), content)
        result = function(*arguments, **named)
        return Returned(result, _left_behind(set(names)))


def itself(value: Any) -> Any:
    """Return a value, on a worker, that more than one task needs."""
    return value


def put_away(returned: Returned) -> Any:
    """Store the files that a task left, back in the project, and return its result."""
    for name, content in returned.files.items():
        write_bytes(_inside(name), content)
    return returned.result


def require_portable(sizes: Sequence[int], subject: str) -> None:
    """Raise ``AfterimageError`` if files of these sizes in bytes are too much for one task."""
    if sum(sizes) > MOST_BYTES:
        raise AfterimageError(
            f"{subject}: {sum(sizes) / 1e6:.0f} MB of files, but at most {MOST_BYTES / 1e6:.0f} MB "
            "travel with a task; take fewer frames, or run without AFTERIMAGE_SCHEDULER"
        )


def _left_behind(known: set[str]) -> dict[str, bytes]:
    """Read all files of the current folder that are new."""
    paths = [path for path in sorted(Path().rglob("*")) if path.is_file()]
    new = [path for path in paths if path.as_posix() not in known]
    require_portable([path.stat().st_size for path in new], "what the task left")
    return {path.as_posix(): path.read_bytes() for path in new}


def _inside(name: str) -> Path:
    """Return a path in the current folder, by a name that came from elsewhere.

    Raises ``AfterimageError`` if it would lie outside.
    """
    path = Path(name)
    if path.is_absolute() or ".." in path.parts:
        raise AfterimageError(f"{name!r} is not in the project: only files in it travel")
    return path
