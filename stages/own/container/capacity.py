"""The check, before any work is done, that a kind of video file can hold all of another file."""

import os
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import ffmpeg

from stages.common.errors import AfterimageError, VideoError
from stages.own.container.kinds import CONTAINERS, Container
from stages.own.container.stored import StoredStream, StoredVideo
from stages.video.ffmpeg import file_input, run

# A last frame that lasts longer, in frames, was meant to stay.
_LONG = 1.5


def require_room(source: StoredVideo, target: Path) -> None:
    """Raise ``AfterimageError`` if a kind of file cannot hold all that a video has in it.

    The message names the first stream that cannot be held, or what of it, and the kinds of file
    that can hold it.
    """
    suffix = target.suffix.lower()
    for stream, lost in _obstacles(source, source.streams, suffix):
        able = [other for other in CONTAINERS if not any(_obstacles(source, [stream], other))]
        advice = f"{', '.join(able)} can" if able else "no kind of file can"
        raise AfterimageError(
            f"{target}: a {suffix} file cannot hold {lost}stream {stream} of {source.path}; "
            f"{advice}"
        )


def _obstacles(
    source: StoredVideo, streams: Sequence[StoredStream], suffix: str
) -> Iterator[tuple[StoredStream, str]]:
    """Yield the streams that a kind of file cannot hold, and what of each."""
    if source.stream in streams:
        for what in _lost_of_video(source, CONTAINERS[suffix]):
            yield source.stream, f"{what} "
    copied = [stream for stream in streams if stream != source.stream]
    for stream in _not_copied(source, copied, suffix):
        yield stream, ""


def _lost_of_video(source: StoredVideo, container: Container) -> Iterator[str]:
    """Yield what a kind of file cannot say of the video."""
    timing = source.timing
    larger = [other for other in source.kept_streams if _is_rival(other, source.stream)]
    if larger and not container.defaults:
        yield f"which of {len(larger) + 1} videos is the one to play, as is said in"
    if source.orientation.turned and not container.turns:
        yield "the turn of the picture in"
    if timing.late and not container.uneven:
        yield f"uneven times ({_lateness(timing.late, timing.rate)}) as in"
    if timing.last_seconds * timing.rate > _LONG and not container.stays:
        yield f"a last frame of {float(timing.last_seconds):.3f} s as in"


def _not_copied(
    source: StoredVideo, streams: Sequence[StoredStream], suffix: str
) -> list[StoredStream]:
    """List those of some streams of which a kind of file cannot hold a copy."""
    container = CONTAINERS[suffix]
    lost = [
        stream for stream in streams
        if stream.type == "attachment" and not container.attachments
    ]  # fmt: skip
    lost += [
        stream for stream in streams if stream.is_cover and not container.holds_cover(stream.codec)
    ]
    rest = [stream for stream in streams if stream not in lost and not stream.is_cover]
    if container.codecs and source.path.suffix.lower() != suffix:
        # Its muxer takes all others too, as data that nobody can tell.
        lost += [stream for stream in rest if stream.codec not in container.codecs]
    elif rest and not _can_begin(source, rest, suffix):
        lost += [stream for stream in rest if not _can_begin(source, [stream], suffix)]
    return lost


def _is_rival(other: StoredStream, video: StoredStream) -> bool:
    """Tell whether a stream would be taken for the video where nothing says which one is."""
    return other.type == "video" and not other.is_cover and other.pixels > video.pixels


def _lateness(late: tuple[int, Fraction], rate: Fraction) -> str:
    frame, seconds = late
    return (
        f"frame {frame} comes {float(seconds):.3f} s after the first, at {float(rate):.6g} frames "
        "a second"
    )


def _can_begin(source: StoredVideo, streams: Sequence[StoredStream], suffix: str) -> bool:
    """Tell whether ffmpeg can begin a file with copies of streams in it."""
    file = file_input(source.path)
    codecs = {f"c:{place}": source.codec_in(stream, suffix) for place, stream in enumerate(streams)}
    output = ffmpeg.output(
        *(file[str(stream.index)] for stream in streams), f"file:{os.devnull}",
        format=CONTAINERS[suffix].muxer, t=0, **codecs,
    )  # fmt: skip
    try:
        run(output, subject=str(source.path))
    except VideoError:
        return False
    return True
