"""Finished results of a long search, a line each: after a kill they are replayed, not repeated."""

import itertools
import json
from pathlib import Path
from typing import Any

from stages.common.files import write_text


class Journal:
    """Results by keys; every line is on disk before it is used.

    A key is plain data in JSON's sense that says what the result is of, such as
    ``["loop", clip_id, vector]``; a dictionary's order does not matter, and a tuple is a list. A
    deterministic search asks for the same keys in the same order again and finds them here, so that
    there is no other state to restore.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._results: dict[str, Any] = {}
        if path.exists():
            self._load()

    def get(self, key: Any) -> Any:
        """Return the result of a key; None if it is not known."""
        return self._results.get(_canonical(key))

    def add(self, key: Any, result: Any) -> None:
        """Remember a result (plain data, in JSON's sense), here and on disk."""
        self._results[_canonical(key)] = result
        with self._path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps([key, result]) + "\n")

    def _load(self) -> None:
        """Read all whole lines, and drop the rest."""
        lines = self._path.read_text(encoding="utf-8", errors="replace").split("\n")
        whole = list(itertools.takewhile(self._learn, lines))
        # A kill or a full disk cut a line off; the next one must not be glued to it.
        write_text(self._path, "".join(f"{line}\n" for line in whole))

    def _learn(self, line: str) -> bool:
        """Remember a line; false if it is not whole."""
        try:
            key, result = json.loads(line)
        except (ValueError, TypeError):
            return False
        self._results[_canonical(key)] = result
        return True


def _canonical(key: Any) -> str:
    """Write a key in the one way that it is looked up by."""
    return json.dumps(key, sort_keys=True)
