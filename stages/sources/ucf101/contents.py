"""Checks that a file is what its name says, and whole, as far as its first bytes tell."""

import re
import zipfile
from pathlib import Path

import rarfile

from stages.sources.ucf101.refusal import RefusedError

_PAGE = re.compile(rb"\s*(<!doctype html|<html|<\?xml|<head|<!--)", re.IGNORECASE)
_TITLE = re.compile(rb"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)


def check_avi(path: Path, name: str) -> None:
    """Raise ``RefusedError`` unless a file is an AVI of the length that it announces."""
    head = _head(path, name, "a video")
    if head[:4] != b"RIFF" or head[8:12] != b"AVI ":
        raise RefusedError(f"{name}: not an AVI file: it begins with {head[:12]!r}")
    announced, size = int.from_bytes(head[4:8], "little") + 8, path.stat().st_size
    if size < announced:
        raise RefusedError(f"{name}: truncated: {size} bytes of {announced}")


def check_zip(path: Path, name: str) -> None:
    """Raise ``RefusedError`` unless a file is a zip with its directory at the end."""
    _head(path, name, "an archive")
    if not zipfile.is_zipfile(path):
        raise RefusedError(f"{name}: not a zip archive, or truncated")


def check_rar(path: Path, name: str) -> None:
    """Raise ``RefusedError`` unless a file begins as a RAR does."""
    head = _head(path, name, "an archive")
    if not rarfile.is_rarfile(path):
        raise RefusedError(f"{name}: not a RAR archive: it begins with {head[:12]!r}")


def _head(path: Path, name: str, expected: str) -> bytes:
    """Return the first bytes of a file that is neither empty nor a web page."""
    with path.open("rb") as stream:
        head = stream.read(4096)
    if not head:
        raise RefusedError(f"{name}: empty")
    if _PAGE.match(head):
        title = _TITLE.search(head)
        heading = title[1].decode("utf-8", "replace").strip()[:80] if title else ""
        raise RefusedError(
            f"{name}: a web page instead of {expected}" + (f": {heading!r}" if heading else "")
        )
    return head
