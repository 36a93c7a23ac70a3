"""The kinds of video files that can be written, and what each of them can hold."""

from typing import NamedTuple


class Container(NamedTuple):
    """A kind of video file.

    Attributes
    ----------
    muxer : ffmpeg's name of it.
    subtitles : ffmpeg's name of the form in which it holds texts that come out of another.
    attachments : whether it holds files such as fonts, which a muxer may silently leave out.
    turns : whether it can say that a picture is to be turned.
    uneven : whether each frame has a time of its own; if not, frames follow at one rate.
    stays : whether it can say for how long the last frame stays.
    codecs : ffmpeg's names of the codecs that it can name; all that the muxer takes, if none are
        listed. The muxer takes others too, and nobody could tell what they are.
    """

    muxer: str
    subtitles: str
    attachments: bool = False
    turns: bool = True
    uneven: bool = True
    stays: bool = True
    codecs: frozenset[str] = frozenset()


_TRANSPORT_STREAM = frozenset({
    "mpeg1video", "mpeg2video", "mpeg4", "h264", "hevc",
    "mp1", "mp2", "mp3", "aac", "aac_latm", "ac3", "eac3", "dts", "truehd", "opus",
    "dvb_subtitle", "dvb_teletext",
})  # fmt: skip

# By the ending of a file's name.
CONTAINERS = {
    ".mp4": Container("mp4", "mov_text"),
    ".m4v": Container("mp4", "mov_text"),
    ".mov": Container("mov", "mov_text"),
    ".mkv": Container("matroska", "subrip", attachments=True),
    ".webm": Container("webm", "webvtt"),
    ".avi": Container("avi", "copy", turns=False, uneven=False, stays=False),
    ".ts": Container("mpegts", "copy", turns=False, stays=False, codecs=_TRANSPORT_STREAM),
    ".nut": Container("nut", "ass", turns=False, stays=False),
}
