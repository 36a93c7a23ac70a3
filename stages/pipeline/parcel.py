"""A task that is sent away, with the files that it reads; and its result, with those it left."""

import importlib
import io
import pickle
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType
from typing import Any

from stages.errors import AfterimageError
from stages.files import write_bytes

# Files of one task, in either direction, in bytes. A message is held in memory as a whole.
MOST_BYTES = 512 << 20


@dataclass(frozen=True)
class Returned:
    """What came of a task: its result, and the content of every file that it left, by name."""

    result: Any
    files: dict[str, bytes]


def packed(something: Any) -> bytes:
    """Python objects as bytes: the scheduler passes them on unseen."""
    stream = io.BytesIO()
    _Pickler(stream, pickle.HIGHEST_PROTOCOL).dump(something)
    return stream.getvalue()


class _Pickler(pickle.Pickler):
    """A stage runs as ``__main__``, and a worker knows it by its name; so does this process now."""

    def reducer_override(self, something: Any) -> Any:
        stage = sys.modules["__main__"]
        of_stage = getattr(something, "__module__", "") == stage.__name__ and stage.__spec__
        if not of_stage or not isinstance(something, type | FunctionType):
            return NotImplemented
        sys.modules.setdefault(of_stage.name, stage)
        return _by_name, (of_stage.name, something.__qualname__)


def _by_name(module: str, name: str) -> Any:
    return getattr(importlib.import_module(module), name)


def carry_out(
    function: bytes, arguments: bytes, names: Sequence[str], *contents: bytes
) -> Returned:
    """On a worker: call a function in a folder that has these files and no others."""
    call, (args, named) = _unpacked(function), _unpacked(arguments)
    with tempfile.TemporaryDirectory(prefix="afterimage-") as folder, chdir(folder):
        for name, content in zip(names, contents, strict=True):
            write_bytes(_inside(name), content)
        result = call(*args, **named)
        return Returned(result, _left_behind(set(names)))


def put_away(returned: Returned) -> Any:
    """Back in the project: store what the task left, and return its result."""
    for name, content in returned.files.items():
        write_bytes(_inside(name), content)
    return returned.result


def require_portable(sizes: Sequence[int], what: str) -> None:
    """Raise ``AfterimageError`` if files of these sizes in bytes are too much for one task."""
    if sum(sizes) > MOST_BYTES:
        raise AfterimageError(
            f"{what}: {sum(sizes) / 1e6:.0f} MB of files, but at most {MOST_BYTES / 1e6:.0f} MB "
            "travel with a task; take fewer frames, or run without AFTERIMAGE_SCHEDULER"
        )


def _left_behind(known: set[str]) -> dict[str, bytes]:
    paths = [path for path in sorted(Path().rglob("*")) if path.is_file()]
    new = [path for path in paths if path.as_posix() not in known]
    require_portable([path.stat().st_size for path in new], "what the task left")
    return {path.as_posix(): path.read_bytes() for path in new}


def _inside(name: str) -> Path:
    """A path in the current folder, by a name that came from elsewhere."""
    path = Path(name)
    if path.is_absolute() or ".." in path.parts:
        raise AfterimageError(f"{name!r} is not in the project: only files in it travel")
    return path


_unpacked: Callable[[bytes], Any] = pickle.loads
