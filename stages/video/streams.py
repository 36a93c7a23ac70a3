"""The video of a file that may hold several: one rule, for every reader and both decoders.

The first stream that is no attached picture is taken; of several, one that the file says to play
by default goes before the others, and then the largest.
"""

import functools
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import av

from stages.common.errors import VideoError
from stages.common.files import is_partial, require_regular
from stages.video.ffmpeg import CONTAINERS, MAX_PIXELS, PROTOCOLS, STALL_SECONDS, file_input, run

log = logging.getLogger(__name__)

# To say what is in a file, PyAV decodes the first frames of some formats, in this process: for each
# stream, of so many at most, a picture that is too large to be believed is refused here too.
_LIMITS: list[Any] = [{"max_pixels": str(MAX_PIXELS)}] * 256
_PICTURE = av.stream.Disposition.attached_pic
_DEFAULT = av.stream.Disposition.default


def video_input(path: Path) -> Any:
    """Open a file for an ffmpeg graph, and return the stream of its video.

    Raises ``VideoError``, naming the file, if there is none but pictures in it, or if it is a pipe
    or a device. What else is wrong with it ffmpeg says when it runs.
    """
    file = file_input(path)
    try:
        with _demuxed(path) as container:
            videos = container.streams.video
            if not videos or (len(videos) == 1 and not is_picture(videos[0])):
                return file.video
            return file[str(chosen(container, path).index)]
    except (av.error.FFmpegError, OSError):
        return file.video


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """Open a file with PyAV.

    Raises ``VideoError``, naming the file, with what ffmpeg says if it cannot be read.
    """
    require_regular(path)
    try:
        with _demuxed(path) as container:
            yield container
    except av.error.FFmpegError as error:
        # PyAV has a number for what ffmpeg has words for.
        first_frame = file_input(path).video.output("-", format="null", **{"frames:v": 1})
        run(first_frame, subject=str(path))
        raise VideoError(f"{path}: {error.strerror}") from error


def chosen(container: Any, path: Path) -> Any:
    """Return the PyAV stream of the video in an open container, and tell if there was a choice.

    Raises ``VideoError``, naming the file, if there is no video in it.
    """
    videos = [stream for stream in container.streams.video if not is_picture(stream)]
    if not videos:
        raise VideoError(f"{path}: no video stream in it")
    stream = preferred(videos)
    if len(videos) > 1 and not is_partial(path):
        _tell(
            f"{path}: {len(videos)} video streams; stream {_in_words(stream)} is taken and not "
            f"{', '.join(_in_words(other) for other in videos if other is not stream)}"
        )
    return stream


def preferred(videos: Sequence[Any]) -> Any:
    """Return the PyAV stream to take of some that are no pictures, the first of equal ones."""
    return max(videos, key=lambda stream: (bool(stream.disposition & _DEFAULT), pixels(stream)))


def is_picture(stream: Any) -> bool:
    """Tell whether a PyAV stream is a cover or another attached picture."""
    return bool(stream.disposition & _PICTURE)


def limited(stream: Any) -> Any:
    """Return a PyAV stream that refuses frames too large to be believed."""
    stream.codec_context.options = {"max_pixels": str(MAX_PIXELS)}
    return stream


@contextmanager
def _demuxed(path: Path) -> Iterator[Any]:
    limits = {"protocol_whitelist": PROTOCOLS, "format_whitelist": CONTAINERS}
    open_file = functools.partial(
        av.open, f"file:{path.absolute()}", container_options=limits, timeout=STALL_SECONDS
    )
    try:
        container = open_file(stream_options=_LIMITS)
    except ValueError:
        # MPEG's own streams are known when they have been looked at, and not before.
        container = open_file()
    with container:
        yield container


def pixels(stream: Any) -> int:
    """Return the number of pixels in a picture of a PyAV stream; 0 if it has none."""
    context = stream.codec_context if stream.type == "video" else None
    return int(context.width * context.height) if context else 0


def _in_words(stream: Any) -> str:
    context = stream.codec_context
    described = f"{context.name}, {context.width}x{context.height}" if context else "unknown"
    default = ", default" if stream.disposition & _DEFAULT else ""
    return f"{stream.index} ({described}{default})"


@functools.cache
def _tell(sentence: str) -> None:
    """Log a sentence once, for a file may be read more often; odd names are escaped."""
    log.warning(sentence.encode(errors="backslashreplace").decode())
