"""The SHA-256 of every file, written when it is first seen and checked ever after.

UCF101 publishes no checksums, so the first sight is trusted, as with SSH's known hosts. The file
has the form of `sha256sum` and belongs in version control: then the first sight is the team's.
"""

import hashlib
import re
import threading
from pathlib import Path
from typing import Self

from stages.common.errors import AfterimageError
from stages.common.files import write_text
from stages.sources.ucf101.refusal import RefusedError

_LINE = re.compile(r"([0-9a-f]{64}) [ *](\S+)")


class Registry:
    """Known files by name; threads may share it. Leaving it as a context sorts its file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._known = self._load()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._known:
            write_text(self._path, self._text())

    def check(self, path: Path, name: str) -> None:
        """Compare a file with the known one of its name, or make it the known one.

        Raises ``RefusedError`` if they differ.
        """
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        with self._lock:
            known = self._known.get(name)
            if known is None:
                self._add(name, digest)
            elif known != digest:
                raise RefusedError(
                    f"{name}: changed: its SHA-256 is {digest}, {self._path} has {known}; if the "
                    "new one is right, remove that line"
                )

    def _add(self, name: str, digest: str) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8", newline="\n") as stream:
            stream.write(_line(name, digest))
        self._known[name] = digest

    def _load(self) -> dict[str, str]:
        try:
            text = self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        # A kill may have cut the last line off: that file is seen for the first time again.
        whole, newline, _ = text.rpartition("\n")
        known: dict[str, str] = {}
        for number, line in enumerate(whole.splitlines(), 1):
            match = _LINE.fullmatch(line)
            if match is None or known.setdefault(match[2], match[1]) != match[1]:
                raise AfterimageError(f"{self._path}, line {number}: not a checksum: {line!r}")
        if whole + newline != text:
            write_text(self._path, whole + newline)
        return known

    def _text(self) -> str:
        return "".join(_line(name, digest) for name, digest in sorted(self._known.items()))


def _line(name: str, digest: str) -> str:
    return f"{digest}  {name}\n"
