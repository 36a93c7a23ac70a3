"""The one ffmpeg of the project: the pinned static build that ``imageio-ffmpeg`` carries."""

import ctypes
import functools
import logging
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import ffmpeg
import imageio_ffmpeg

from stages.common.errors import AfterimageError, VideoError
from stages.common.files import require_regular

log = logging.getLogger(__name__)

# The standard input of a process.
Content = bytes | memoryview

# A hung ffmpeg must not hang the pipeline; no honest encode of a clip comes near this.
TIMEOUT_SECONDS = 1800
# How long ffmpeg may take to open a file or to come to the next chunk of its output.
STALL_SECONDS = 120

# A video file may name other files and addresses inside itself; ffmpeg must not follow them.
PROTOCOLS = "file,pipe"
# Nor may it take a playlist, a script or a slide show for a video: containers and bare streams
# alone, by the names of ffmpeg's demuxers.
CONTAINERS = (
    "asf,av1,avi,dv,flv,gif,h264,hevc,ivf,m4v,matroska,mjpeg,mov,mpeg,mpegts,mpegvideo,mxf,nut,"
    "obu,ogg,rawvideo,rm,vc1,vvc,yuv4mpegpipe"
)
# A few bytes may claim a picture that fills the memory: at most 8K (DCI) is believed.
MAX_PIXELS = 8192 * 4320

_COMPLAINT_BYTES = 1 << 16

# Looked up before any fork: a child must not load anything.
_PRCTL = ctypes.CDLL(None).prctl if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1

# ffmpeg's longer complaints, in plain words.
_PLAIN = {
    "matches no streams": "no video stream in it",
    "Format not on whitelist": "a playlist, a script or a picture and no video",
    "Not detecting m3u8": "a playlist and no video",
}

# ffmpeg-python takes an option once: numbers after a # tell several apart.
_REPEATED = re.compile(r"^(-[a-z:0-9]+)#\d+$")

# Bytes of names that are no text, as Python holds them, and in a private plane of Unicode.
_TO_PRIVATE = {code: code + 0x100000 for code in range(0xDC80, 0xDD00)}
_FROM_PRIVATE = {private: code for code, private in _TO_PRIVATE.items()}

_CONTEXT = re.compile(r"^\[[^\]]*\]\s*")


@functools.cache
def executable() -> str:
    """Return the path of the bundled ffmpeg."""
    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise AfterimageError(
            "imageio-ffmpeg carries no ffmpeg for this platform; install ffmpeg and set "
            "IMAGEIO_FFMPEG_EXE to its path"
        ) from error


@functools.cache
def version() -> str:
    """Return the first line of ``ffmpeg -version``, which identifies the codec under test."""
    shown = subprocess.run(
        [executable(), "-version"], capture_output=True, check=True, env=_environment()
    )
    return shown.stdout.decode().splitlines()[0]


@functools.cache
def x264_build() -> str:
    """Read the build of x264 from a video that it wrote, such as ``164 r3204 373697b``.

    ``ffmpeg -version`` does not tell, and builds of one ffmpeg differ in it.
    """
    picture = ffmpeg.input("color=size=16x16", format="lavfi")
    output = picture.output("pipe:", format="h264", vcodec="libx264", **{"frames:v": 1})
    shown, _ = run(output, subject="x264")
    build = re.search(rb"x264 - core ([\w ]+)", shown)
    return build[1].decode().strip() if build else "unknown"


def file_input(path: Path, **options: Any) -> Any:
    """Open a local file, whatever its name looks like, and nothing that it refers to.

    Raises ``VideoError`` for a pipe or a device, which ffmpeg may wait for without end.
    """
    require_regular(path)
    return ffmpeg.input(
        file_name(path), protocol_whitelist=PROTOCOLS, format_whitelist=CONTAINERS,
        max_pixels=MAX_PIXELS, threads=1, **options,
    )  # fmt: skip


def file_name(path: Path) -> str:
    """Name a file in a graph, so that ffmpeg takes the name for nothing else.

    ffmpeg-python wants Unicode, and a name may be any bytes: those that Python cannot decode are
    put into a private plane until the command is built.
    """
    return f"file:{path.absolute()}".translate(_TO_PRIVATE)


def reading_seconds(frames: int) -> int:
    """Return the seconds that ffmpeg may take to decode frames of any size: one for each."""
    return STALL_SECONDS + frames


def run(
    output: Any, *, stdin: Content = b"", subject: str, timeout: float = TIMEOUT_SECONDS
) -> tuple[bytes, str]:
    """Run an ffmpeg-python graph in one process and one thread.

    Parameters
    ----------
    output : the graph's output node.
    stdin : bytes to feed to ``pipe:0``, if the graph reads it.
    subject : what is being processed, for error messages.
    timeout : seconds after which ffmpeg is given up.

    Returns
    -------
    The bytes that ffmpeg wrote to ``pipe:1``, and the beginning of its complaints at level
    ``error`` (empty for a healthy video).

    Raises
    ------
    VideoError
        If ffmpeg fails, crashes or takes too long.
    AfterimageError
        If somebody else killed it, which says nothing about the video.
    """
    # A damaged video may be complained of without end: on disk, and not in memory.
    with _holding(stdin) as source, tempfile.TemporaryFile() as stderr:
        try:
            process = subprocess.run(
                _command(output), stdin=source, stdout=subprocess.PIPE, stderr=stderr,
                timeout=timeout, check=False, env=_environment(),
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise VideoError(f"{subject}: ffmpeg took over {timeout} s, given up") from error
        complaints = _beginning(stderr)
    if process.returncode != 0:
        raise _failure(subject, process.returncode, complaints)
    return process.stdout, complaints


def chunks(output: Any, *, size: int, subject: str) -> Iterator[bytearray]:
    """Run an ffmpeg-python graph, and yield what it writes to ``pipe:1`` while it runs.

    Parameters
    ----------
    output : the graph's output node.
    size : bytes in a chunk; each chunk is overwritten by the next.
    subject : what is being processed, for error messages.

    Raises ``VideoError`` if ffmpeg fails or stands still; milder complaints are logged.
    """
    chunk = bytearray(size)
    with tempfile.TemporaryFile() as stderr, _started(_command(output), stderr) as process:
        while _filled(chunk, process, subject):
            yield chunk
        status = process.wait()
        complaints = _beginning(stderr)
    if status != 0:
        raise _failure(subject, status, complaints)
    if complaints:
        log.warning("warning: %s: %s", subject, first_line(complaints))


@contextmanager
def fed(output: Any, *, subject: str) -> Iterator[IO[bytes]]:
    """Run an ffmpeg-python graph that reads ``pipe:0``, and yield where to write what it reads.

    Raises ``VideoError`` if ffmpeg fails, or stops reading before everything is written.
    """
    with (
        tempfile.TemporaryFile() as stderr,
        subprocess.Popen(
            _command(output),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            env=_environment(),
            preexec_fn=_end_with_the_parent,  # noqa: PLW1509
        ) as process,
    ):
        assert process.stdin is not None  # noqa: S101 (for the type checker)
        try:
            with suppress(BrokenPipeError):
                yield process.stdin
                process.stdin.close()
                if process.wait() == 0:
                    return
            raise _failure(subject, process.wait(), _beginning(stderr))
        finally:
            process.kill()
            with suppress(BrokenPipeError):
                process.stdin.close()


def _end_with_the_parent() -> None:
    """Have the kernel kill this process, a child that is about to begin, when its parent dies.

    At the end of its input alone it would finish a file that nobody wants. Linux only.
    """
    if _PRCTL is not None:
        _PRCTL(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _filled(chunk: bytearray, process: subprocess.Popen[bytes], subject: str) -> bool:
    """Fill a chunk from a process's output; tell whether there was enough in it."""
    assert process.stdout is not None  # noqa: S101 (for the type checker)
    rest = memoryview(chunk)
    while rest:
        if not select.select([process.stdout], [], [], STALL_SECONDS)[0]:
            raise VideoError(f"{subject}: ffmpeg stood still for {STALL_SECONDS} s, given up")
        count = process.stdout.readinto(rest)  # type: ignore[attr-defined]
        if not count:
            return False
        rest = rest[count:]
    return True


@contextmanager
def _holding(content: Content) -> Iterator[IO[bytes]]:
    """Yield a nameless file with the content: a pipe would pass a few kilobytes at a time."""
    in_memory = hasattr(os, "memfd_create")
    with os.fdopen(os.memfd_create("in"), "w+b") if in_memory else tempfile.TemporaryFile() as file:
        file.write(content)
        file.seek(0)
        yield file


def _beginning(stderr: IO[bytes]) -> str:
    stderr.seek(0)
    return stderr.read(_COMPLAINT_BYTES).decode(errors="replace").strip()


def _failure(subject: str, status: int, complaints: str) -> AfterimageError:
    """Return the error to raise when ffmpeg ended with a status other than 0."""
    if status == -signal.SIGKILL:
        return AfterimageError(
            f"{subject}: ffmpeg was killed (out of memory?); set AFTERIMAGE_WORKERS to fewer "
            "processes and run the same command again"
        )
    if status < 0:
        return VideoError(f"{subject}: ffmpeg crashed ({signal.Signals(-status).name})")
    return VideoError(f"{subject}: {first_line(complaints) or 'ffmpeg failed'}")


@contextmanager
def _started(command: list[str], stderr: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """Start a process that does not outlive its reader."""
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=stderr, bufsize=0,
        env=_environment(),
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            process.kill()


def _environment() -> dict[str, str]:
    """Return the environment without our own variables, of which one may be the user's key.

    The other variables stay, such as those by which the system finds libraries. Against code that
    reads the memory of its user's other processes it is no help.
    """
    return {name: value for name, value in os.environ.items() if not name.startswith("AFTERIMAGE_")}


def _command(output: Any) -> list[str]:
    graph = output.global_args("-hide_banner", "-loglevel", "error", "-filter_threads", "1")
    command: list[str] = graph.compile(cmd=executable(), overwrite_output=True)
    return [_REPEATED.sub(r"\1", word).translate(_FROM_PRIVATE) for word in command]


def first_line(complaints: str) -> str:
    """Return the first complaint, without ffmpeg's own context prefixes, in plain words."""
    line = complaints.splitlines()[0] if complaints else ""
    while _CONTEXT.match(line):
        line = _CONTEXT.sub("", line)
    return next((plain for words, plain in _PLAIN.items() if words in line), line.strip())
