"""A video file written anew, frame by frame, with everything else that the source holds."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NamedTuple

import av
import ffmpeg

from stages.common.errors import AfterimageError
from stages.own.container.samples import StoredFrame
from stages.own.container.stored import StoredVideo
from stages.video.encoder import Encoder, encoder, encoder_names
from stages.video.ffmpeg import fed, file_input


class Container(NamedTuple):
    """A kind of video file.

    Attributes
    ----------
    muxer : ffmpeg's name of it.
    subtitles : ffmpeg's name of the form in which it holds subtitles that come out of another.
    """

    muxer: str
    subtitles: str


# By the ending of a file's name.
CONTAINERS = {
    ".mp4": Container("mp4", "mov_text"),
    ".m4v": Container("mp4", "mov_text"),
    ".mov": Container("mov", "mov_text"),
    ".mkv": Container("matroska", "subrip"),
    ".webm": Container("webm", "webvtt"),
    ".avi": Container("avi", "copy"),
    ".ts": Container("mpegts", "copy"),
    ".nut": Container("nut", "copy"),
}


@dataclass(frozen=True)
class Encoding:
    """The encoding of a new video stream: the name of the encoder's record, and the CRF."""

    encoder: str
    crf: int

    def require_room_in(self, target: Path) -> None:
        """Raise ``AfterimageError`` if the container of a file cannot hold such a stream."""
        suffix = target.suffix.lower()
        able = [name for name in encoder_names() if suffix in encoder(name).containers]
        if self.encoder not in able:
            raise AfterimageError(
                f"{target}: a {suffix} file cannot hold the video of {self.encoder}; "
                f"it can hold that of {' and '.join(able) or 'no encoder'}"
            )


def usual_encoder(suffix: str) -> str:
    """Return the name of the encoder that is usual in files of an ending."""
    return next(name for name in encoder_names() if suffix in encoder(name).usual_in)


def remake(
    source: StoredVideo,
    frames: Iterable[StoredFrame],
    target: Path,
    suffix: str,
    encoding: Encoding,
) -> None:
    """Write a file that holds these frames in the place of the source's, and all else as it was.

    Audio, subtitles, attachments, other video, chapters and tags are copied; times, orientation,
    colours and shape of the pixels are the source's. Data tracks (timecode, telemetry) are left
    out. It takes memory for a few frames.

    Parameters
    ----------
    source : the file whose frames are replaced.
    frames : of the same size and format, with their times.
    target : file to write.
    suffix : ending of its name, one of ``CONTAINERS``.
    encoding : of the new video stream.

    Raises ``VideoError`` if the encoder refuses, or the container cannot hold a stream.
    """
    graph = _graph(source, target, suffix, encoding)
    with fed(graph, subject=f"{source.path}: {encoding.encoder}") as pipe:
        _write_raw(frames, pipe)


def _write_raw(frames: Iterable[StoredFrame], pipe: IO[bytes]) -> None:
    """Write raw frames with their times, as NUT, which holds both as they are."""
    try:
        with av.open(pipe, "w", format="nut") as container:
            stream: Any = None
            for frame in (stored.frame for stored in frames):
                stream = stream or _raw_stream(container, frame)
                container.mux(stream.encode(frame))
    except av.error.PyAVCallbackError as error:
        # The reader has gone: PyAV first says so as it is, and on closing in words of its own.
        raise BrokenPipeError from error


def _raw_stream(container: Any, frame: av.VideoFrame) -> Any:
    stream = container.add_stream("rawvideo")
    stream.width, stream.height, stream.pix_fmt = frame.width, frame.height, frame.format.name
    stream.time_base = stream.codec_context.time_base = frame.time_base
    return stream


def _graph(source: StoredVideo, target: Path, suffix: str, encoding: Encoding) -> Any:
    """Build the graph that encodes raw frames from ``pipe:0``, and copies the other streams."""
    container, record = CONTAINERS[suffix], encoder(encoding.encoder)
    turned: dict[str, int | None] = {"display_rotation": source.orientation.degrees}
    if source.orientation.mirrored:
        turned["display_hflip"] = None
    raw = ffmpeg.input("pipe:", format="nut", noautorotate=None, **turned)
    file = file_input(source.path)
    # An input of which nothing is mapped is left out, and its tags are wanted: map no audio, then.
    copied = [file[str(index)] for index in source.kept_streams] or [file["a?"]]
    tags = {
        f"map_metadata:s:{place}": f"1:s:{index}"
        for place, index in enumerate((source.index, *source.kept_streams))
    }
    codecs = {
        "c": "copy",
        "c:s": "copy" if source.path.suffix.lower() == suffix else container.subtitles,
        "c:v:0": record.name,
    }
    if container.muxer in record.tags:
        codecs["tag:v:0"] = record.tags[container.muxer]
    return ffmpeg.output(
        _described(raw.video, source, record), *copied, f"file:{target.absolute()}",
        format=container.muxer, **codecs, crf=encoding.crf, **record.file_options,
        map_metadata=1, map_chapters=1, **tags,
        # Times as they are: neither counted anew nor moved to 0.
        fps_mode="passthrough", enc_time_base="demux", copyts=None,
    )  # fmt: skip


def _described(video: Any, source: StoredVideo, record: Encoder) -> Any:
    """Tell raw video what its samples mean, and bring it to a format that the encoder takes."""
    colours = source.colours
    described = video.filter(
        "setparams", range=colours.range, colorspace=colours.matrix,
        color_primaries=colours.primaries, color_trc=colours.transfer,
    ).filter("setsar", f"{source.aspect.numerator}/{source.aspect.denominator}")  # fmt: skip
    if record.even_sides_only and (source.width % 2 or source.height % 2):
        described = described.filter("format", "yuv444p|yuv444p10le")
    return described
