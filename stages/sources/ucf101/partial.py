"""The part of a file that has come so far, kept on disk with what it is a part of."""

import json
import re
from pathlib import Path

import requests

from stages.common.files import write_text

_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+)")


class Partial:
    """The content so far, beside ``path``, and the stamp of the version that it belongs to.

    The stamp (address, validator, length) goes into the next request: a server whose file has
    changed since sends the whole new one, and no file is pieced together of two.
    """

    def __init__(self, path: Path, url: str) -> None:
        self.path = path.with_name(f"{path.name}.part")
        self._stamp_path = path.with_name(f"{path.name}.part.json")
        self._url = url
        self._stamp = self._load_stamp()
        if not self._stamp:
            self.drop()

    @property
    def size(self) -> int:
        """The number of bytes that are here."""
        return self.path.stat().st_size if self.path.exists() else 0

    @property
    def whole(self) -> bool:
        """True if nothing is missing, as far as the server has told the length."""
        return bool(self._stamp) and self.size == self._stamp["total"]

    def drop(self) -> None:
        """Forget everything."""
        self._stamp = {}
        self.path.unlink(missing_ok=True)
        self._stamp_path.unlink(missing_ok=True)

    def headers(self) -> dict[str, str]:
        """Return the headers that ask for the rest, and only if it is of the same version."""
        validator = self._stamp.get("validator")
        if not validator or not self.size:
            return {}
        return {"Range": f"bytes={self.size}-", "If-Range": str(validator)}

    def accepts(self, response: requests.Response) -> bool:
        """Get ready for a response's content; if it does not fit, drop all and return false."""
        if response.status_code == requests.codes.partial_content:
            match = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
            if match and [int(match[1]), int(match[2])] == [self.size, self._stamp.get("total")]:
                return True
        self.drop()
        if response.status_code != requests.codes.ok:
            return False
        self._write_stamp(response)
        self.path.touch()
        return True

    def _write_stamp(self, response: requests.Response) -> None:
        length = response.headers.get("Content-Length", "")
        tag = response.headers.get("ETag", "")
        # A weak tag promises the same meaning, not the same bytes (RFC 9110, 13.1.5).
        validator = response.headers.get("Last-Modified", "") if tag.startswith("W/") else tag
        self._stamp = {
            "url": self._url,
            "validator": validator or response.headers.get("Last-Modified", ""),
            "total": int(length) if length.isdecimal() else -1,
        }
        write_text(self._stamp_path, json.dumps(self._stamp))

    def _load_stamp(self) -> dict[str, str | int]:
        try:
            stamp = json.loads(self._stamp_path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        fits = isinstance(stamp, dict) and stamp.get("url") == self._url and stamp.get("validator")
        return stamp if fits else {}
