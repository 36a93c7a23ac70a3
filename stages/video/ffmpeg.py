"""The one ffmpeg of the project: the pinned static build that ``imageio-ffmpeg`` carries."""

import functools
import logging
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import ffmpeg
import imageio_ffmpeg

from stages.errors import AfterimageError, VideoError

log = logging.getLogger(__name__)

# A hung decoder must not hang the pipeline; no honest clip comes near this.
TIMEOUT_SECONDS = 1800

# A video file may name other files and addresses inside itself; ffmpeg must not follow them.
LOCAL_ONLY = "file,pipe,fd"

_COMPLAINT_BYTES = 1 << 16

_CONTEXT = re.compile(r"^\[[^\]]*\]\s*")


@functools.cache
def executable() -> str:
    """Path of the bundled ffmpeg."""
    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise AfterimageError(
            "imageio-ffmpeg carries no ffmpeg for this platform; install ffmpeg and set "
            "IMAGEIO_FFMPEG_EXE to its path"
        ) from error


@functools.cache
def version() -> str:
    """First line of ``ffmpeg -version``, which identifies the codec under test."""
    shown = subprocess.run([executable(), "-version"], capture_output=True, check=True)
    return shown.stdout.decode().splitlines()[0]


def file_input(path: Path, **options: Any) -> Any:
    """Open a local file, whatever its name looks like, and nothing that it refers to."""
    return ffmpeg.input(
        f"file:{path.absolute()}", protocol_whitelist=LOCAL_ONLY, threads=1, **options
    )


def run(output: Any, *, stdin: bytes | None = None, subject: str) -> tuple[bytes, str]:
    """Run an ffmpeg-python graph in one process and one thread.

    Parameters
    ----------
    output : the graph's output node.
    stdin : bytes to feed to ``pipe:0``, if the graph reads it.
    subject : what is being processed, for error messages.

    Returns
    -------
    What ffmpeg wrote to ``pipe:1``, and what it complained of at level ``error``
    (empty for a healthy video).

    Raises
    ------
    VideoError
        If ffmpeg fails or takes longer than ``TIMEOUT_SECONDS``.
    """
    try:
        done = subprocess.run(
            _command(output),
            input=stdin or b"",
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise VideoError(f"{subject}: ffmpeg took over {TIMEOUT_SECONDS} s, given up") from error
    complaints = done.stderr.decode(errors="replace").strip()
    if done.returncode != 0:
        raise VideoError(f"{subject}: {first_line(complaints) or 'ffmpeg failed'}")
    return done.stdout, complaints


def pieces(output: Any, *, size: int, subject: str) -> Iterator[bytearray]:
    """Run an ffmpeg-python graph, and yield what it writes to ``pipe:1`` while it runs.

    Parameters
    ----------
    output : the graph's output node.
    size : bytes in a piece; each piece is overwritten by the next.
    subject : what is being processed, for error messages.

    Raises ``VideoError`` if ffmpeg fails; milder complaints are logged.
    """
    piece = bytearray(size)
    with tempfile.TemporaryFile() as stderr, _started(_command(output), stderr) as process:
        assert process.stdout is not None  # noqa: S101 (for the type checker)
        while process.stdout.readinto(piece) == size:  # type: ignore[attr-defined]
            yield piece
        status = process.wait()
        stderr.seek(0)
        complaint = first_line(stderr.read(_COMPLAINT_BYTES).decode(errors="replace").strip())
    if status != 0:
        raise VideoError(f"{subject}: {complaint or 'ffmpeg failed'}")
    if complaint:
        log.warning("warning: %s: %s", subject, complaint)


@contextmanager
def _started(command: list[str], stderr: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """A process that does not outlive its reader."""
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=stderr
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _command(output: Any) -> list[str]:
    graph = output.global_args("-hide_banner", "-loglevel", "error", "-filter_threads", "1")
    command: list[str] = graph.compile(cmd=executable(), overwrite_output=True)
    return command


def first_line(complaints: str) -> str:
    """The first complaint, without ffmpeg's own context prefixes and pointers."""
    line = complaints.splitlines()[0] if complaints else ""
    while _CONTEXT.match(line):
        line = _CONTEXT.sub("", line)
    return line.strip()
