"""The part of a file that has come so far, kept on disk with what it is a part of."""

import json
import re
from pathlib import Path

import requests

from stages.common.files import write_text

_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+)")


class Partial:
    """Beside ``path``: the content so far, and the mark of the version that it belongs to.

    The mark (address, validator, length) goes into the next request: a server whose file has
    changed since sends the whole new one, and no file is pieced together of two.
    """

    def __init__(self, path: Path, url: str) -> None:
        self.path = path.with_name(f"{path.name}.part")
        self._mark_path = path.with_name(f"{path.name}.part.json")
        self._url = url
        self._mark = self._load_mark()
        if not self._mark:
            self.drop()

    @property
    def size(self) -> int:
        """Bytes that are here."""
        return self.path.stat().st_size if self.path.exists() else 0

    @property
    def whole(self) -> bool:
        """Whether nothing is missing, as far as the server has told the length."""
        return bool(self._mark) and self.size == self._mark["total"]

    def drop(self) -> None:
        """Forget everything."""
        self._mark = {}
        self.path.unlink(missing_ok=True)
        self._mark_path.unlink(missing_ok=True)

    def headers(self) -> dict[str, str]:
        """What a request has to say to get the rest, and only if it is of the same version."""
        validator = self._mark.get("validator")
        if not validator or not self.size:
            return {}
        return {"Range": f"bytes={self.size}-", "If-Range": str(validator)}

    def accepts(self, response: requests.Response) -> bool:
        """Get ready for a response's content; False if it does not fit, and all is dropped."""
        if response.status_code == requests.codes.partial_content:
            match = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
            if match and [int(match[1]), int(match[2])] == [self.size, self._mark.get("total")]:
                return True
        self.drop()
        if response.status_code != requests.codes.ok:
            return False
        self._write_mark(response)
        self.path.touch()
        return True

    def _write_mark(self, response: requests.Response) -> None:
        length = response.headers.get("Content-Length", "")
        tag = response.headers.get("ETag", "")
        # A weak tag promises the same meaning, not the same bytes (RFC 9110, 13.1.5).
        validator = response.headers.get("Last-Modified", "") if tag.startswith("W/") else tag
        self._mark = {
            "url": self._url,
            "validator": validator or response.headers.get("Last-Modified", ""),
            "total": int(length) if length.isdecimal() else -1,
        }
        write_text(self._mark_path, json.dumps(self._mark))

    def _load_mark(self) -> dict[str, str | int]:
        try:
            mark = json.loads(self._mark_path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        fits = isinstance(mark, dict) and mark.get("url") == self._url and mark.get("validator")
        return mark if fits else {}
