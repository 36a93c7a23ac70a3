"""A video file as it is stored: its frames and their times, not normalised."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from stages.common.errors import VideoError
from stages.common.files import require_regular
from stages.own.container.kinds import CONTAINERS
from stages.own.container.orientation import Orientation, orientation_of
from stages.own.container.samples import Colours, StoredFrame, writable_copy
from stages.own.container.timing import Timing, read_timing
from stages.video.ffmpeg import CONTAINERS as DEMUXERS
from stages.video.ffmpeg import MAX_PIXELS, PROTOCOLS

_KEPT = {"audio", "subtitle", "attachment", "video"}


@dataclass(frozen=True)
class StoredStream:
    """A stream of a file.

    Attributes
    ----------
    index : of the stream in the file.
    type : "video", "audio", "subtitle" or "attachment".
    codec : ffmpeg's name of it, or the name of an attached file.
    is_text : whether it holds subtitles as text.
    """

    index: int
    type: str
    codec: str
    is_text: bool

    def __str__(self) -> str:
        return f"{self.index} ({self.type}, {self.codec})"


@dataclass(frozen=True)
class StoredVideo:
    """The video stream of a file, the first that is no cover picture, as the file describes it.

    Attributes
    ----------
    path : of the file.
    stream : that holds the video.
    kept_streams : the other streams to keep: audio, subtitles, attachments, video.
    width, height : of a frame as it is stored, in pixels.
    aspect : of a sample, width to height.
    orientation : of the picture.
    colours : of its samples, as `frames` gives them.
    timing : of its frames.
    expected_frames : number of frames, if the file tells; for a progress bar alone.
    """

    path: Path
    stream: StoredStream
    kept_streams: tuple[StoredStream, ...]
    width: int
    height: int
    aspect: Fraction
    orientation: Orientation
    colours: Colours
    timing: Timing
    expected_frames: int | None

    @property
    def streams(self) -> tuple[StoredStream, ...]:
        """The video, and the other streams to keep."""
        return self.stream, *self.kept_streams

    def codec_in(self, stream: StoredStream, suffix: str) -> str:
        """Return ffmpeg's name of the codec that a kept stream gets in a file of an ending."""
        if stream.is_text and self.path.suffix.lower() != suffix:
            return CONTAINERS[suffix].subtitles
        return "copy"

    def frames(self) -> Iterator[StoredFrame]:
        """Yield every frame in the order in which it is shown, with times that only rise.

        Raises ``VideoError`` where the file is damaged: a frame that a decoder made up is not
        the author's, and must not go out under a mark.
        """
        last, count = None, 0
        with _opened(self.path) as container:
            for frame in container.decode(_stream(container, self.stream.index)):
                if frame.is_corrupt:
                    raise VideoError(f"{self.path}: damaged at frame {count}")
                if (frame.width, frame.height) != (self.width, self.height):
                    raise VideoError(f"{self.path}: its size changes at frame {count}")
                last = frame.pts = _rising(frame.pts, last)
                count += 1
                yield writable_copy(frame)


def stored(path: Path) -> StoredVideo:
    """Look into a file. Raises ``VideoError``, naming it, if there is no video in it."""
    with _opened(path) as container:
        covers = av.stream.Disposition.attached_pic
        videos = [video for video in container.streams.video if not video.disposition & covers]
        if not videos:
            raise VideoError(f"{path}: no video stream in it")
        stream = _stream(container, videos[0].index)
        timing = _timing(path, stream.index)
        first = next(container.decode(stream), None)
        if first is None or timing is None:
            raise VideoError(f"{path}: no video frame in it")
        return StoredVideo(
            path=path,
            stream=_described(stream),
            kept_streams=tuple(
                _described(other) for other in container.streams
                if other.type in _KEPT and other.index != stream.index
            ),
            width=first.width,
            height=first.height,
            aspect=Fraction(stream.sample_aspect_ratio or 1),
            orientation=orientation_of(first, path),
            colours=writable_copy(first).colours,
            timing=timing,
            expected_frames=int(stream.frames) or None,
        )  # fmt: skip


def _timing(path: Path, index: int) -> Timing | None:
    with _opened(path) as container:
        return read_timing(container, container.streams[index])


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    require_regular(path)
    limits = {"protocol_whitelist": PROTOCOLS, "format_whitelist": DEMUXERS}
    try:
        with av.open(f"file:{path.absolute()}", container_options=limits) as container:
            yield container
    except av.error.FFmpegError as error:
        raise VideoError(f"{path}: {error.strerror}") from error


def _stream(container: Any, index: int) -> Any:
    stream = container.streams[index]
    stream.codec_context.options = {"max_pixels": str(MAX_PIXELS)}
    return stream


def _described(stream: Any) -> StoredStream:
    codec = stream.codec_context.codec if stream.codec_context else None
    name = codec.canonical_name if codec else stream.metadata.get("filename", "unknown")
    is_text = stream.type == "subtitle" and not (codec and codec.bitmap_sub)
    return StoredStream(stream.index, stream.type, name, is_text)


def _rising(time: int | None, last: int | None) -> int:
    """Return a frame's time, or the next after the last if it has none or goes back."""
    if last is None:
        return time or 0
    return max(last + 1, time if time is not None else last + 1)
