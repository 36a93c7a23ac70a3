"""Files and folders that are whole or not there."""

import glob
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stages.common.errors import VideoError

_PARTIAL = ".part"


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path``; on success it takes the name, on failure it goes.

    The temporary path is the caller's to fill, with a file or with a folder. An ``OSError`` that
    names it, or no file (a full disk names none), leaves with the name of ``path``.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{_short(path.name)}.{os.getpid()}{_PARTIAL}")
    try:
        yield partial
        if partial.is_dir():
            # Only a file can be replaced in one step; a folder's old version has to go first.
            _remove(path)
        partial.replace(path)
    except OSError as error:
        if error.filename in {None, str(partial)}:
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise
    finally:
        _remove(partial)


def require_regular(path: Path) -> None:
    """Raise ``VideoError`` if there is something of a name that is neither file nor folder.

    A pipe or a device may keep its reader waiting for ever, and cannot be read twice.
    """
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return  # whoever opens it says more
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise VideoError(f"{path}: a pipe or a device, not a regular file")


def is_partial(path: Path) -> bool:
    """Tell whether a file is one of ours that is not finished, of which no user knows."""
    return path.suffix == _PARTIAL


def write_bytes(path: Path, content: bytes | memoryview) -> None:
    """Write a file whole."""
    with written_whole(path) as partial:
        partial.write_bytes(content)


def write_text(path: Path, content: str) -> None:
    """Write a UTF-8 text file whole, with the same line ends on every system."""
    write_bytes(path, content.encode())


def remove_remains(folder: Path, name: str | None = None) -> None:
    """Remove what killed processes left half-written in a folder: of one name, or of any."""
    beginning = "*" if name is None else f"{glob.escape(_short(name))}.*"
    for partial in folder.glob(f".{beginning}{_PARTIAL}"):
        owner = partial.stem.rpartition(".")[2]
        if owner.isdecimal() and not _is_running(int(owner)):
            _remove(partial)


def _short(name: str) -> str:
    """Return the beginning of a name: a whole one may be too long with more around it."""
    return name[:50]  # characters: at most 200 bytes


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # somebody else's
    return True


def link_or_copy(source: Path, target: Path) -> None:
    """Give a file a second name; where the file system cannot, copy it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
