"""The workers of a Dask cluster, as an executor; needs the extra ``cluster``.

They share no file system with this process. A worker offers its versions as *resources*, in
Dask's sense, and a task asks for ours: one that differs is never given anything.
"""

import hashlib
import logging
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import dask
import distributed
from distributed.cfexecutor import ClientExecutor

from stages.common.errors import AfterimageError
from stages.pipeline.executor import FileExecutor, subject_of
from stages.pipeline.identity import identity
from stages.pipeline.parcel import Returned, carry_out, itself, put_away, require_portable

log = logging.getLogger(__name__)

CONNECT_SECONDS = 30
# How long to wait for the first worker, and how often to look who is there.
PATIENCE_SECONDS, _GLANCE_SECONDS = 60, 1.0
# Inputs that several tasks share stay with the workers, each sent once: so many bytes at most.
_KEPT_BYTES = 128 << 20

_NAME = "afterimage"

# A function that workers share may hold the user's key: it stays in memory. Workers are started
# after this module is imported, and take their settings from here; this goes before whatever a file
# or a variable of Dask's says.
dask.config.set(
    {"distributed.worker.memory.target": False, "distributed.worker.memory.spill": False}
)


def worker_resources() -> dict[str, float]:
    """Return a worker's resources: one task at a time, for runs of its own versions."""
    return {f"{_NAME} {name} {version}": 1 for name, version in identity().items()}


def require_address(address: str, name: str, role: str) -> None:
    """Raise ``AfterimageError`` at a scheduler's address that a client or a worker cannot use.

    Distributed itself waits for ever at some, and at others for a minute.
    """
    if not re.fullmatch(r"(tcp|tls)://\S+:\d+", address):
        raise AfterimageError(f"{name} = {address!r}: must be tcp://HOST:PORT or tls://HOST:PORT")
    known = distributed.Security().get_connection_args(role)
    if address.startswith("tls:") and known.get("ssl_context") is None:
        raise AfterimageError(
            f"{name} = {address!r}: tls:// needs certificates in Dask's configuration "
            f"(distributed.comm.tls.{role})"
        )


@contextmanager
def cluster(address: str) -> Iterator[FileExecutor]:
    """Yield the workers that a scheduler has, or will have.

    They forget the tasks if the stage fails. Raises ``AfterimageError`` if no scheduler answers, or
    if no worker of our versions is there in time.
    """
    # Distributed reports lost connections in many lines, and we in one.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    # A clip is a large argument to Dask, which warns of each.
    dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 TiB"})
    require_address(address, "AFTERIMAGE_SCHEDULER", "client")
    try:
        client = distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except OSError as error:
        raise AfterimageError(
            f"AFTERIMAGE_SCHEDULER = {address!r}: no scheduler answers there ({error})"
        ) from error
    with client, _Cluster(client, address) as pool:
        pool.wait_for_workers()
        yield pool


class _Cluster(FileExecutor):
    """An executor that hands tasks to Dask's own, and carries files to and fro."""

    def __init__(self, client: distributed.Client, address: str) -> None:
        self._client = client
        self._address = address
        self._needed = worker_resources()
        self._executor = ClientExecutor(client, pure=False, resources=self._needed)
        self._kept: OrderedDict[Hashable, tuple[distributed.Future[Any], int]] = OrderedDict()
        self._watch = _Watch(client, self._needed)

    @property
    def width(self) -> int:
        return max(1, self._watch.admitted)

    def wait_for_workers(self) -> None:
        """Return when there is a worker of our versions.

        Raises ``AfterimageError`` after ``PATIENCE_SECONDS``.
        """
        if not self._watch.somebody.wait(PATIENCE_SECONDS):
            raise AfterimageError(
                f"{self._address}: no worker of this version after {PATIENCE_SECONDS} s; start "
                f"some with `python -m stages.commands.worker {self._address}`"
            )

    def submit(self, function: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        return self.submit_reading((), function, *args, **named)

    def submit_reading(
        self, reads: Sequence[Path], function: Callable[..., Any], /, *args: Any, **named: Any
    ) -> Future[Any]:
        subject = subject_of(*args)
        require_portable([path.stat().st_size for path in reads], subject)
        sent = self._executor.submit(
            carry_out,
            self._shared(function, function, 0),
            args,
            named,
            [path.as_posix() for path in reads],
            *map(self._shared_file, reads),
        )
        future: Future[Any] = Future()
        sent.add_done_callback(lambda done: self._settle(done, future, subject))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002
        self._watch.stop()
        self._kept.clear()

    def _shared_file(self, path: Path) -> distributed.Future[Any]:
        content = path.read_bytes()
        return self._shared(hashlib.sha256(content).digest(), content, len(content))

    def _shared(self, name: Hashable, value: Any, size: int) -> distributed.Future[Any]:
        """Send a value to the workers once; tasks refer to it instead of carrying it.

        As the result of a task, it is sent anew if the last worker that has it dies.
        """
        if name not in self._kept:
            future = self._client.submit(itself, value, pure=False, resources=self._needed)
            self._kept[name] = future, size
        self._kept.move_to_end(name)
        while sum(size for _, size in self._kept.values()) > _KEPT_BYTES and len(self._kept) > 1:
            self._kept.popitem(last=False)
        return self._kept[name][0]

    def _settle(self, done: Future[Returned], future: Future[Any], subject: str) -> None:
        """Store the files that a task left, and pass its result or its error on."""
        try:
            future.set_result(put_away(done.result()))
        except CancelledError:
            message = f"{self._address}: the scheduler is gone; run the same command again to go on"
            future.set_exception(AfterimageError(message))
        except distributed.KilledWorker:
            message = (
                f"{subject}: every worker that had it died (killed, or out of memory); try again; "
                "or leave that clip out, or one that was under way beside it"
            )
            future.set_exception(AfterimageError(message))
        except Exception as error:
            future.set_exception(self._explained(error))

    def _explained(self, error: Exception) -> Exception:
        """Turn the scheduler's complaint about code that it does not have into one line.

        It looks into what it passes on, and needs the code for that.
        """
        if isinstance(error, RuntimeError) and "deserialization" in str(error):
            return AfterimageError(
                f"{self._address}: the scheduler does not understand this run; start it in this "
                "version of the project, in the environment of the workers"
            )
        return error


class _Watch:
    """A watch over the workers that counts those of our versions, and names the refused ones."""

    def __init__(self, client: distributed.Client, needed: Mapping[str, float]) -> None:
        self.admitted = 0
        self.somebody = threading.Event()
        self._client = client
        self._needed = needed
        self._named: set[str] = set()
        self._stopped = threading.Event()
        threading.Thread(target=self._run, daemon=True).start()

    def stop(self) -> None:
        """End the watch."""
        self._stopped.set()

    def _run(self) -> None:
        while not self._stopped.is_set():
            # The tasks that were with a scheduler report that it is gone.
            with suppress(Exception):
                self._glance(self._client.scheduler_info(n_workers=-1)["workers"])
            self._stopped.wait(_GLANCE_SECONDS)

    def _glance(self, present: Mapping[str, Mapping[str, Any]]) -> None:
        unlike = {name: self._unlike(worker["resources"]) for name, worker in present.items()}
        for name in unlike.keys() - self._named:
            if unlike[name]:
                log.warning("worker %s refused: %s", name, unlike[name])
        self._named |= unlike.keys()
        admitted = sum(not complaint for complaint in unlike.values())
        if self.admitted and not admitted:
            log.warning("no worker is left; waiting for one to join")
        self.admitted = admitted
        if admitted:
            self.somebody.set()

    def _unlike(self, offers: Mapping[str, float]) -> str:
        """Say which of a worker's versions are not ours; nothing, as a rule."""
        theirs, ours = _versions(offers), _versions(self._needed)
        if not theirs:
            return "it was not started with `python -m stages.commands.worker`"
        return "; ".join(
            f"{name} is {theirs.get(name, 'unknown')} there and {version} here"
            for name, version in ours.items()
            if theirs.get(name) != version
        )


def _versions(offers: Mapping[str, float]) -> dict[str, str]:
    """Read versions by name from the names of resources."""
    named = (name.split(" ", 2) for name in offers if name.startswith(f"{_NAME} "))
    return {name: version for _, name, version in named}
