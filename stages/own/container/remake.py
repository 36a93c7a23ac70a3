"""A video file made anew, frame by frame; whatever else the file holds is kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import av
import ffmpeg

from stages.own.container.samples import StoredFrame
from stages.own.container.stored import Stored
from stages.video.codec import EncoderName
from stages.video.ffmpeg import fed, file_input

# How each encoder is set: about as fast as x264's medium, on as many threads as it likes.
_SETTINGS: dict[EncoderName, dict[str, Any]] = {
    "libx264": {"preset": "medium"},
    "libx265": {"preset": "medium", "x265-params": "log-level=error"},
    "libvpx-vp9": {"b:v": 0, "deadline": "good", "cpu-used": 4, "row-mt": 1},
    "libsvtav1": {"preset": 8},
}
# H.264 and HEVC cannot cut an odd size out of halved chroma.
_EVEN_ONLY = {"libx264", "libx265"}
# Containers by the ending of a file's name: ffmpeg's muxer, and the form in which the container
# holds subtitles that come out of another.
CONTAINERS: dict[str, tuple[str, str]] = {
    ".mp4": ("mp4", "mov_text"), ".m4v": ("mp4", "mov_text"), ".mov": ("mov", "mov_text"),
    ".mkv": ("matroska", "subrip"), ".webm": ("webm", "webvtt"),
    ".avi": ("avi", "copy"), ".ts": ("mpegts", "copy"), ".nut": ("nut", "copy"),
}  # fmt: skip


@dataclass(frozen=True)
class Encoding:
    """How the new video stream is encoded: ffmpeg's name of the encoder, and its CRF."""

    encoder: EncoderName
    crf: int


def remake(
    source: Stored, frames: Iterable[StoredFrame], target: Path, suffix: str, encoding: Encoding
) -> None:
    """Write a file that holds these frames in the place of the source's, and all else as it was.

    Audio, subtitles, attachments, other video, chapters and tags are copied; times, orientation,
    colours and shape of the pixels are the source's. Data tracks (timecode, telemetry) are left
    out. It takes memory for a few frames.

    Parameters
    ----------
    source : what the source said of itself.
    frames : of the same size and format, with their times.
    target : file to write.
    suffix : which of the ``CONTAINERS`` it is.
    encoding : of the new video stream.

    Raises ``VideoError`` if the encoder refuses, or the container cannot hold a stream.
    """
    graph = _graph(source, target, suffix, encoding)
    with fed(graph, subject=f"{source.path}: {encoding.encoder}") as pipe:
        _write_raw(frames, pipe)


def _write_raw(frames: Iterable[StoredFrame], pipe: IO[bytes]) -> None:
    """Raw frames with their times: in NUT, which holds both as they are."""
    try:
        with av.open(pipe, "w", format="nut") as container:
            stream: Any = None
            for frame in (one.frame for one in frames):
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


def _graph(source: Stored, target: Path, suffix: str, encoding: Encoding) -> Any:
    """An ffmpeg graph that encodes raw frames from ``pipe:0``, and copies what stands beside."""
    muxer, subtitles = CONTAINERS[suffix]
    turned: dict[str, int | None] = {"display_rotation": source.orientation.degrees}
    if source.orientation.mirrored:
        turned["display_hflip"] = None
    raw = ffmpeg.input("pipe:", format="nut", noautorotate=None, **turned)
    file = file_input(source.path)
    # An input of which nothing is mapped is left out, and its tags are wanted: map no audio, then.
    copied = [file[str(index)] for index in source.others] or [file["a?"]]
    tags = {
        f"map_metadata:s:{place}": f"1:s:{index}"
        for place, index in enumerate((source.index, *source.others))
    }
    codecs = {
        "c": "copy",
        "c:s": "copy" if source.path.suffix.lower() == suffix else subtitles,
        "c:v:0": encoding.encoder,
    }
    if encoding.encoder == "libx265" and muxer in {"mp4", "mov"}:
        codecs["tag:v:0"] = "hvc1"  # the only form that Apple's players take
    return ffmpeg.output(
        _described(raw.video, source, encoding.encoder), *copied, f"file:{target.absolute()}",
        format=muxer, **codecs, crf=encoding.crf, **_SETTINGS[encoding.encoder],
        map_metadata=1, map_chapters=1, **tags,
        # Times as they are: neither counted anew nor moved to 0.
        fps_mode="passthrough", enc_time_base="demux", copyts=None,
    )  # fmt: skip


def _described(video: Any, source: Stored, encoder: EncoderName) -> Any:
    """Raw video with what its samples mean, in a format that the encoder takes."""
    colours = source.colours
    described = video.filter(
        "setparams", range=colours.range, colorspace=colours.matrix,
        color_primaries=colours.primaries, color_trc=colours.transfer,
    ).filter("setsar", f"{source.aspect.numerator}/{source.aspect.denominator}")  # fmt: skip
    if encoder in _EVEN_ONLY and (source.width % 2 or source.height % 2):
        described = described.filter("format", "yuv444p|yuv444p10le")
    return described
