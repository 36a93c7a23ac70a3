"""Downloads over HTTP: polite, with partial content kept until a file is whole.

pooch, the usual library for data sets, drops what it has at every failure, and the archive here
has 6.9 GB. So this is requests with urllib3's retries, and range requests (RFC 9110, 14) on top.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError
from urllib3.util import Retry

from stages.common.errors import AfterimageError
from stages.sources.ucf101.partial import Partial
from stages.sources.ucf101.refusal import RefusedError

_CHUNK = 1 << 18
_BACK_OFF_S, _LONGEST_WAIT_S = 0.5, 120
_TRY_LATER = frozenset({408, 425, 429, 500, 502, 503, 504})


class UnreachableError(AfterimageError):
    """The server, or the way to it, is out of order: no other file will come either."""


class NotFoundError(RefusedError):
    """The server has no such file."""


class StoppedError(AfterimageError):
    """The download was told to stop."""


class ByteCounter(Protocol):
    """A counter of bytes as they come, and of how many will; threads may share it."""

    def __call__(self, size: int) -> None:
        """Count so many more as done; fewer than none, where some have to come again."""

    def expect(self, size: int) -> None:
        """Expect so many more than was known; fewer than none, if it is less."""


@dataclass(frozen=True)
class Limits:
    """Limits on the use of a server.

    Attributes
    ----------
    connections : at once.
    retries : further tries in a row that may bring nothing new.
    timeout_s : longest wait for a connection, and for the next bytes, in seconds.
    """

    connections: int
    retries: int
    timeout_s: float


class Downloader:
    """The downloads of one run; threads may share it."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._stop = threading.Event()
        retry = Retry(
            total=limits.retries,
            other=0,  # a certificate does not get better by waiting
            backoff_factor=_BACK_OFF_S,
            backoff_max=_LONGEST_WAIT_S,
            retry_after_max=_LONGEST_WAIT_S,
            status_forcelist=_TRY_LATER,
            raise_on_status=False,
        )
        self._session = requests.Session()
        for scheme in ("https://", "http://"):
            adapter = HTTPAdapter(pool_maxsize=limits.connections, max_retries=retry)
            self._session.mount(scheme, adapter)
        # Were it compressed on the way, a range would be one of other bytes.
        self._session.headers.update({"Accept-Encoding": "identity", "User-Agent": "afterimage"})

    def stop(self) -> None:
        """End all downloads soon; what has come is kept."""
        self._stop.set()

    def fetch(
        self, url: str, path: Path, check: Callable[[Path], None], count: ByteCounter
    ) -> None:
        """Bring a file, and go on where an earlier attempt, in this run or another, has stopped.

        Parameters
        ----------
        url, path : from where, and to where; a half file never has that name.
        check : raises ``RefusedError`` for content that must not be taken.
        count : told of what arrives, in bytes.

        Raises ``RefusedError`` if this file cannot be had, ``UnreachableError`` if none can.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = Partial(path, url)
        most, fruitless = partial.size, 0
        count(partial.size)
        while not partial.whole and not self._attempt(url, partial, count):
            fruitless = 0 if partial.size > most else fruitless + 1
            most = max(most, partial.size)
            if fruitless > self._limits.retries:
                raise UnreachableError(f"{url}: the connection breaks off again and again")
            self._pause(_BACK_OFF_S * 2**fruitless)
        try:
            check(partial.path)
        except RefusedError:
            partial.drop()
            raise
        partial.path.replace(path)
        partial.drop()

    def _attempt(self, url: str, partial: Partial, count: ByteCounter) -> bool:
        """Ask for what is missing, and keep what comes; return true if it came to its end."""
        with _explained(url):
            response = self._session.get(
                url, headers=partial.headers(), stream=True, timeout=self._limits.timeout_s
            )
        with response:
            _require_content(url, response)
            before = partial.size
            fits = partial.accepts(response)
            count(partial.size - before)
            return fits and self._keep(response, partial.path, count)

    def _keep(self, response: requests.Response, path: Path, count: ByteCounter) -> bool:
        # Without buffers, here and in read1: what has come is on disk, whatever happens next.
        with path.open("ab", buffering=0) as stream:
            try:
                while chunk := response.raw.read1(_CHUNK):
                    stream.write(chunk)
                    count(len(chunk))
                    self._pause(0)
            except HTTPError:
                return False
        return True

    def _pause(self, seconds: float) -> None:
        if self._stop.wait(min(seconds, _LONGEST_WAIT_S)):
            raise StoppedError("stopped")


def _require_content(url: str, response: requests.Response) -> None:
    """Raise unless a response has content that may be taken, or says that a range is gone."""
    status = f"{url}: {response.status_code} {response.reason}"
    if url.startswith("https:") and not response.url.startswith("https:"):
        raise RefusedError(f"{url}: it leads to {response.url}, which is not encrypted")
    if response.status_code in _TRY_LATER:
        raise UnreachableError(f"{status}, again and again")
    if response.status_code in {404, 410}:
        raise NotFoundError(status)
    if response.status_code not in {200, 206, 416}:
        raise RefusedError(status)


@contextmanager
def _explained(url: str) -> Iterator[None]:
    """Turn the errors of a request into ours, with the reason."""
    try:
        yield
    except requests.exceptions.SSLError as error:
        raise UnreachableError(
            f"{url}: its certificate cannot be verified: {_reason(error)}; where a server leaves "
            "out an intermediate certificate, REQUESTS_CA_BUNDLE can name a file that has it"
        ) from error
    except (requests.ConnectionError, requests.Timeout) as error:
        raise UnreachableError(f"{url}: no connection: {_reason(error)}") from error
    except requests.RequestException as error:
        raise RefusedError(f"{url}: {error}") from error


def _reason(error: requests.RequestException) -> str:
    """Return the innermost reason, without the pools and retries around it."""
    inner = getattr(error.args[0], "reason", error) if error.args else error
    return str(inner).removeprefix(repr(type(inner))).strip()
