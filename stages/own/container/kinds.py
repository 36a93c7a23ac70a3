"""The kinds of video files that can be written, and what each of them can hold."""

from typing import Literal, NamedTuple


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
    defaults : whether it can say which stream is to be played by default.
    covers : the way in which it holds a cover picture, if it can, whose codec is in `COVERS`.
    codecs : ffmpeg's names of the codecs that it can name; all that the muxer takes, if none are
        listed. The muxer takes others too, and nobody could tell what they are.
    """

    muxer: str
    subtitles: str
    attachments: bool = False
    turns: bool = True
    uneven: bool = True
    stays: bool = True
    defaults: bool = True
    covers: Literal["stream", "attachment"] | None = None
    codecs: frozenset[str] = frozenset()

    def holds_cover(self, codec: str) -> bool:
        """Tell whether it can hold a cover picture of a codec, by ffmpeg's name."""
        return self.covers is not None and codec in COVERS


# The codecs of cover pictures, by ffmpeg's names, and the types of files with such a picture.
COVERS = {"mjpeg": "image/jpeg", "png": "image/png"}

_TRANSPORT_STREAM = frozenset({
    "mpeg1video", "mpeg2video", "mpeg4", "h264", "hevc",
    "mp1", "mp2", "mp3", "aac", "aac_latm", "ac3", "eac3", "dts", "truehd", "opus",
    "dvb_subtitle", "dvb_teletext",
})  # fmt: skip

# By the ending of a file's name.
CONTAINERS = {
    ".mp4": Container("mp4", "mov_text", covers="stream"),
    ".m4v": Container("mp4", "mov_text", covers="stream"),
    ".mov": Container("mov", "mov_text"),
    ".mkv": Container("matroska", "subrip", attachments=True, covers="attachment"),
    ".webm": Container("webm", "webvtt"),
    ".avi": Container("avi", "copy", turns=False, uneven=False, stays=False, defaults=False),
    ".ts": Container(
        "mpegts", "copy", turns=False, stays=False, defaults=False, codecs=_TRANSPORT_STREAM
    ),
    ".nut": Container("nut", "ass", turns=False, stays=False),
}
