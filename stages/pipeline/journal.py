"""Finished pieces of a long search, a line each: after a kill they are replayed, not repeated."""

import itertools
import json
from pathlib import Path
from typing import Any

from stages.common.files import write_text


class Journal:
    """Results by what they are results of; every line is on disk before it is used.

    A deterministic search asks for the same pieces in the same order again and finds them here,
    so that there is no other state to restore.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[tuple[float, ...], Any] = {}
        if path.exists():
            self._load()

    def get(self, asked: tuple[float, ...]) -> Any:
        """The result of a piece; None if it is not known."""
        return self._known.get(asked)

    def add(self, asked: tuple[float, ...], result: Any) -> None:
        """Remember a result (plain data, in JSON's sense), here and on disk."""
        self._known[asked] = result
        with self._path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps([asked, result]) + "\n")

    def _load(self) -> None:
        lines = self._path.read_text(encoding="utf-8", errors="replace").split("\n")
        whole = list(itertools.takewhile(self._learn, lines))
        # A kill or a full disk cut a line off; the next one must not be glued to it.
        write_text(self._path, "".join(f"{line}\n" for line in whole))

    def _learn(self, line: str) -> bool:
        """Whether a line is whole, and so is known now."""
        try:
            asked, result = json.loads(line)
            self._known[tuple(asked)] = result
        except (ValueError, TypeError):
            return False
        return True
