"""A video file written anew, frame by frame, with everything else that the source holds."""

import errno
import io
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any

import av
import ffmpeg

from stages.common.errors import AfterimageError, VideoError
from stages.own.container.kinds import CONTAINERS, COVERS
from stages.own.container.samples import StoredFrame
from stages.own.container.stored import StoredStream, StoredVideo
from stages.own.container.timing import Timing
from stages.video.encoder import Encoder, encoder, encoder_names
from stages.video.ffmpeg import fed, file_input, file_name
from stages.video.streams import opened

# Two frames are further apart.
_NEAR_SECONDS = "1/10000"


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

    Raises ``VideoError`` if the encoder refuses, or the container cannot hold a stream; and
    ``OSError``, naming the target, if there is no room for it.
    """
    pictures: Iterator[av.VideoFrame] = (stored.frame for stored in frames)
    if not CONTAINERS[suffix].uneven:
        pictures = _counted(pictures, source)
    with (
        tempfile.TemporaryDirectory() as folder,
        _naming_a_full(target),
        fed(
            _graph(source, target, suffix, encoding, Path(folder)),
            subject=f"{source.path}: {encoding.encoder}",
        ) as pipe,
    ):
        _write_raw(pictures, source.timing.rate, pipe)


@contextmanager
def _naming_a_full(target: Path) -> Iterator[None]:
    """Turn ffmpeg's complaint of a disk without room into the system's error, of the target."""
    try:
        yield
    except VideoError as error:
        for number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            if os.strerror(number) in str(error):
                raise OSError(number, os.strerror(number), str(target)) from error
        raise


def _counted(frames: Iterable[av.VideoFrame], source: StoredVideo) -> Iterator[av.VideoFrame]:
    """Yield frames with their places at the rate for times, which may have been rounded."""
    last = None
    for frame in frames:
        place = source.timing.index((frame.pts or 0) * Fraction(frame.time_base or 1))
        if last is not None and place != last + 1:
            raise VideoError(f"{source.path}: frames at uneven times, as decoded")
        last = frame.pts = place
        frame.time_base = 1 / source.timing.rate
        yield frame


def _write_raw(frames: Iterable[av.VideoFrame], rate: Fraction, pipe: IO[bytes]) -> None:
    """Write raw frames with their times, as NUT, which holds both as they are, and the rate."""
    # By way of memory: PyAV loses an interruption that comes while it writes to a file itself.
    buffer = io.BytesIO()
    with av.open(SimpleNamespace(write=buffer.write), "w", format="nut") as container:
        stream: Any = None
        for frame in frames:
            stream = stream or _raw_stream(container, frame, rate)
            container.mux(stream.encode(frame))
            pipe.write(buffer.getbuffer())
            buffer.seek(0)
            buffer.truncate()
    pipe.write(buffer.getbuffer())


def _raw_stream(container: Any, frame: av.VideoFrame, rate: Fraction) -> Any:
    stream = container.add_stream("rawvideo", rate=rate)
    stream.width, stream.height, stream.pix_fmt = frame.width, frame.height, frame.format.name
    stream.time_base = stream.codec_context.time_base = frame.time_base
    return stream


def _graph(source: StoredVideo, target: Path, suffix: str, encoding: Encoding, folder: Path) -> Any:
    """Build the graph that encodes raw frames from ``pipe:0``, and copies the other streams.

    Covers that are to be attached are written to a folder first.
    """
    container, record = CONTAINERS[suffix], encoder(encoding.encoder)
    turned: dict[str, int | None] = {"display_rotation": source.orientation.degrees}
    if source.orientation.mirrored:
        turned["display_hflip"] = None
    raw = ffmpeg.input("pipe:", format="nut", noautorotate=None, **turned)
    file = file_input(source.path)
    attached = [
        stream for stream in source.kept_streams
        if stream.is_cover and container.covers == "attachment"
    ]  # fmt: skip
    mapped = [stream for stream in source.kept_streams if stream not in attached]
    # An input of which nothing is mapped is left out, and its tags are wanted: map no audio, then.
    copied = [file[str(stream.index)] for stream in mapped] or [file["a?"]]
    tags = {
        f"map_metadata:s:{place}": f"1:s:{stream.index}"
        for place, stream in enumerate([source.stream, *mapped, *attached])
    }
    codecs: dict[str, Any] = {
        f"c:{place}": source.codec_in(stream, suffix) for place, stream in enumerate(mapped, 1)
    }
    for place, stream in enumerate(attached, 1 + len(mapped)):
        codecs[f"attach#{place:03}"] = _cover_file(source, stream, folder)
        codecs[f"metadata:s:{place}#1"] = f"mimetype={COVERS[stream.codec]}"
        codecs[f"metadata:s:{place}#2"] = f"filename={_cover_name(stream)}"
    codecs["c:v:0"] = record.name
    # ffmpeg copies those of the other streams, once one is set.
    codecs["disposition:v:0"] = "+".join(source.stream.disposition) or "0"
    if source.display.transparent:
        codecs["metadata:s:v:0"] = "alpha_mode="
    if container.muxer in record.tags:
        codecs["tag:v:0"] = record.tags[container.muxer]
    if source.timing.odd_end and container.uneven:
        codecs["bsf:v:0"] = _lasting(source.timing)
    if source.timing.odd_end or not container.uneven:
        # AVI cannot say in which order frames are shown if they are stored in another; and MP4 and
        # MOV take the duration of the frame that is stored last, which has to be shown last, then.
        codecs["bf:v:0"] = "0"
    return ffmpeg.output(
        _described(raw.video, source, record), *copied, file_name(target),
        format=container.muxer, **codecs, crf=encoding.crf, **source.display.options(record),
        map_metadata=1, map_chapters=1, **tags,
        # Times as they are: neither counted anew nor moved to 0.
        fps_mode="passthrough", copyts=None,
        enc_time_base="demux" if container.uneven else str(1 / source.timing.rate),
    )  # fmt: skip


def _cover_name(stream: StoredStream) -> str:
    return stream.file_name or f"cover.{'png' if stream.codec == 'png' else 'jpg'}"


def _cover_file(source: StoredVideo, stream: StoredStream, folder: Path) -> Path:
    """Write a cover picture as a file, named by its stream."""
    path = folder / str(stream.index)
    with opened(source.path) as container:
        packets = container.demux(container.streams[stream.index])
        path.write_bytes(bytes(next(packet for packet in packets if packet.size)))
    return path


def _lasting(timing: Timing) -> str:
    """Build the filter of encoded frames that gives the last of them its own duration."""
    is_last = f"gte(PTS*TB,{timing.last}-{_NEAR_SECONDS})"
    return f"setts=pts=PTS:dts=DTS:duration='if({is_last},round({timing.end}/TB)-PTS,DURATION)'"


def _described(video: Any, source: StoredVideo, record: Encoder) -> Any:
    """Tell raw video what its samples mean, and bring it to a format that the encoder takes."""
    colours = source.colours
    fields = (source.display.fields or "auto") if record.interlaced else "prog"
    described = video.filter(
        "setparams", field_mode=fields, range=colours.range,
        colorspace=colours.matrix, color_primaries=colours.primaries, color_trc=colours.transfer,
    ).filter("setsar", f"{source.aspect.numerator}/{source.aspect.denominator}")  # fmt: skip
    if record.even_sides_only and (source.width % 2 or source.height % 2):
        described = described.filter("format", "yuv444p|yuv444p10le")
    return described
