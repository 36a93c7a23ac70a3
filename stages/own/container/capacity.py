"""What a kind of video file can hold of another file, found out before any work is done."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import ffmpeg

from stages.common.errors import AfterimageError, VideoError
from stages.own.container.kinds import CONTAINERS, subtitle_codec
from stages.own.container.stored import StoredVideo, Stream
from stages.video.ffmpeg import file_input, run


def require_room(source: StoredVideo, target: Path) -> None:
    """Raise ``AfterimageError`` if a copy of a video cannot be all that the video is.

    The message names the first stream that the target's kind of file cannot hold, what of it, and
    the kinds that can.
    """
    suffix = target.suffix.lower()
    for stream, obstacle in _obstacles(source, suffix):
        able = [
            other for other in CONTAINERS
            if not any(stream == lost for lost, _ in _obstacles(source, other, [stream]))
        ]  # fmt: skip
        if not able:
            raise VideoError(f"{source.path}: no kind of file can hold {stream}: {obstacle}")
        raise AfterimageError(
            f"{target}: a {suffix} file cannot hold {stream} of {source.path}: {obstacle}; "
            f"it can be held in {', '.join(able)}"
        )


def _obstacles(
    source: StoredVideo, suffix: str, streams: Sequence[Stream] | None = None
) -> Iterator[tuple[Stream, str]]:
    """Yield what a kind of file cannot hold of some of the source's streams, by default all."""
    if streams is None:
        streams = (source.stream, *source.kept_streams)
    container, timing = CONTAINERS[suffix], source.timing
    if source.stream in streams and not container.turns and source.orientation.turned:
        yield source.stream, "its picture is stored turned or mirrored"
    if source.stream in streams and not container.uneven:
        if timing.late is not None:
            frame, seconds = timing.late
            yield source.stream, (
                f"its times are uneven (frame {frame} comes after {float(seconds):.3f} s, at "
                f"{float(timing.rate):.6g} frames a second)"
            )
        elif (timing.end - timing.last) * timing.rate > 1.5:
            yield source.stream, (
                f"its times are uneven (the last frame lasts {float(timing.end - timing.last):.3f} "
                f"s, at {float(timing.rate):.6g} frames a second)"
            )
    copied = [stream for stream in streams if stream != source.stream]
    unnamed = [stream for stream in copied if container.codecs and not _named(stream, suffix)]
    for stream in unnamed:
        yield stream, f"{stream.codec} in it would be data that no player knows"
    rest = [stream for stream in copied if stream not in unnamed]
    if rest and _complaint(source.path, rest, suffix):
        for stream in rest:
            if complaint := _complaint(source.path, [stream], suffix):
                yield stream, complaint


def _named(stream: Stream, suffix: str) -> bool:
    return stream.codec in CONTAINERS[suffix].codecs


def _complaint(path: Path, streams: Sequence[Stream], suffix: str) -> str:
    """Begin a file that holds some streams, and return ffmpeg's complaint, or nothing."""
    file = file_input(path)
    codecs = {
        f"c:{place}": "copy" if stream.type != "subtitle" else subtitle_codec(stream, path, suffix)
        for place, stream in enumerate(streams)
    }
    output = ffmpeg.output(
        *(file[str(stream.index)] for stream in streams), "pipe:",
    )
    return ""
