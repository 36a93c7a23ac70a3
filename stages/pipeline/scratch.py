"""Finished parts of a stage, kept until the whole stage is done, so that a kill loses none.

DVC deletes a stage's outputs before it runs; this folder is its own. A part is stored under a
digest of everything that it depends on, so a stale one is never found.
"""

import functools
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

ROOT = Path(".scratch")


def digest(*parts: Any) -> str:
    """Name a result that depends on these parts (plain data, in JSON's sense) and on the code."""
    content = json.dumps([code(), *parts], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:32]


@functools.cache
def code() -> list[tuple[str, str]]:
    """List every source file of the project with its SHA-256."""
    package = Path(__file__).parents[1]
    sources = sorted(package.rglob("*.py"))
    return [(path.relative_to(package).as_posix(), file_digest(path)) for path in sources]


def file_digest(path: Path) -> str:
    """Compute the SHA-256 of a file's content."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


class Scratch:
    """The scratch folder of one stage."""

    def __init__(self, stage: str) -> None:
        self.folder = ROOT / stage

    def path(self, name: str) -> Path:
        """Return the path of a name, and make sure that its folder is there."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return self.folder / name

    def clear(self) -> None:
        """Remove everything: the stage has succeeded."""
        shutil.rmtree(self.folder, ignore_errors=True)
