"""Finished pieces of a long search, a line each: after a kill they are replayed, not repeated."""

import json
from collections.abc import Sequence
from pathlib import Path


class Journal:
    """Results by what they are results of; every line is on disk before the next one is asked for.

    A deterministic search asks for the same pieces in the same order again and finds them here,
    so that there is no other state to restore.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[tuple[float, ...], list[float]] = {}
        if path.exists():
            self._load()

    def get(self, asked: tuple[float, ...]) -> list[float] | None:
        """The result of a piece, if it is known."""
        return self._known.get(asked)

    def add(self, asked: tuple[float, ...], result: Sequence[float]) -> None:
        """Remember a result, here and on disk."""
        self._known[asked] = list(result)
        with self._path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps([asked, list(result)]) + "\n")

    def _load(self) -> None:
        *whole, torn = self._path.read_text(encoding="utf-8").split("\n")
        for line in whole:
            asked, result = json.loads(line)
            self._known[tuple(asked)] = result
        if torn:
            # A kill cut the last line off; the next one must not be glued to it.
            self._path.write_text("".join(f"{line}\n" for line in whole), encoding="utf-8")
