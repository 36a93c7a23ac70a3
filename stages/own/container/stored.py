"""A video file as it is stored: its frames and their times, not normalised."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from stages.common.errors import VideoError
from stages.own.container.display import Display, display_of
from stages.own.container.kinds import CONTAINERS
from stages.own.container.orientation import Orientation, orientation_of
from stages.own.container.samples import Colours, StoredFrame, writable_copy
from stages.own.container.timing import Timing, read_timing
from stages.video.streams import chosen, is_picture, limited, opened, pixels

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
    is_cover : whether it is an attached picture.
    disposition : ffmpeg's names of what it is for, such as ``default``.
    pixels : in a picture of it, if it has any.
    file_name : of an attached file, if it has one.
    """

    index: int
    type: str
    codec: str
    is_text: bool
    is_cover: bool = False
    disposition: tuple[str, ...] = ()
    pixels: int = 0
    file_name: str = ""

    def __str__(self) -> str:
        return f"{self.index} ({self.type}, {self.codec})"


@dataclass(frozen=True)
class StoredVideo:
    """The video stream of a file, by the rule for all readers, as the file describes it.

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
    display : what a player is told besides.
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
    display: Display
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
        with opened(self.path) as container:
            for frame in container.decode(limited(container.streams[self.stream.index])):
                if frame.is_corrupt:
                    raise VideoError(f"{self.path}: damaged at frame {count}")
                if (frame.width, frame.height) != (self.width, self.height):
                    raise VideoError(f"{self.path}: its size changes at frame {count}")
                last = frame.pts = _rising(frame.pts, last)
                count += 1
                yield writable_copy(frame)


def stored(path: Path) -> StoredVideo:
    """Look into a file. Raises ``VideoError``, naming it, if there is no video in it."""
    with opened(path) as container:
        stream = limited(chosen(container, path))
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
            display=display_of(first, path, dict(stream.metadata)),
            expected_frames=int(stream.frames) or None,
        )  # fmt: skip


def _timing(path: Path, index: int) -> Timing | None:
    with opened(path) as container:
        return read_timing(container, container.streams[index])


def _described(stream: Any) -> StoredStream:
    codec = stream.codec_context.codec if stream.codec_context else None
    name = codec.canonical_name if codec else stream.metadata.get("filename", "unknown")
    is_text = stream.type == "subtitle" and not (codec and codec.bitmap_sub)
    dispositions = av.stream.Disposition
    return StoredStream(
        stream.index, stream.type, name, is_text, is_picture(stream),
        tuple(each.name for each in dispositions if stream.disposition & each and each.name),
        pixels(stream), stream.metadata.get("filename", ""),
    )  # fmt: skip


def _rising(time: int | None, last: int | None) -> int:
    """Return a frame's time, or the next after the last if it has none or goes back."""
    if last is None:
        return time or 0
    return max(last + 1, time if time is not None else last + 1)
