"""Streams that a kind of file cannot hold are refused; the others can be read in the copy."""

import re

import av
import pytest

from stages.common.errors import AfterimageError
from stages.own.container.capacity import require_room
from stages.own.container.kinds import CONTAINERS
from stages.own.container.orientation import Orientation
from stages.own.container.stored import StoredStream, stored
from tests.own.test_timing import copied, drawn, ffmpeg

SUBTITLES = "1\n00:00:00,200 --> 00:00:01,000\nhello\n"

# Options of the tracks that are added, and the endings of files that can hold them.
TONE = ("-f", "lavfi", "-i", "sine=duration=1")
COVER = ("-f", "lavfi", "-i", "testsrc2=size=64x64:duration=0.04")
EVERY = set(CONTAINERS)
TRACKS = {
    "pcm_s16le": (TONE, ("-c:a", "pcm_s16le"), EVERY - {".webm", ".ts"}),
    "aac": (TONE, ("-c:a", "aac"), EVERY - {".webm"}),
    "opus": (TONE, ("-c:a", "libopus"), EVERY - {".mov", ".avi"}),
    "flac": (TONE, ("-c:a", "flac"), {".mp4", ".m4v", ".mkv", ".avi", ".nut"}),
    "vorbis": (TONE, ("-c:a", "libvorbis"), EVERY - {".ts"}),
    "ac3": (TONE, ("-c:a", "ac3"), EVERY - {".webm"}),
    "mp3": (TONE, ("-c:a", "libmp3lame"), EVERY - {".webm"}),
    "subrip": (("-i", "words.srt"), ("-c:s", "subrip"), EVERY - {".avi", ".ts"}),
    "ass": (("-i", "words.srt"), ("-c:s", "ass"), EVERY - {".avi", ".ts"}),
    "mjpeg": (COVER, ("-c:v:1", "mjpeg"), EVERY - {".webm", ".ts"}),
    "a.ttf": ((), ("-attach", "words.srt", "-metadata:s:t", "filename=a.ttf", "-metadata:s:t",
                 "mimetype=application/x-truetype-font"), {".mkv"}),
}  # fmt: skip


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """A drawn video with each of the tracks, by name."""
    folder = tmp_path_factory.mktemp("capacity")
    (folder / "words.srt").write_text(SUBTITLES)
    video = drawn(folder / "video.mkv", 25, "-c:v", "libx264")
    files = {}
    for name, (*words, _) in TRACKS.items():
        inputs, options = (
            [str(folder / word) if word == "words.srt" else word for word in part] for part in words
        )
        files[name] = folder / f"{name}.mkv"
        maps = ("-map", "0", "-map", "1") if inputs else ("-map", "0")
        ffmpeg("-i", video, *inputs, *maps, "-c:v:0", "copy", *options, files[name])
    return files


@pytest.mark.parametrize("suffix", CONTAINERS)
@pytest.mark.parametrize("track", TRACKS)
def test_a_track_is_kept_or_refused_by_name(sources, tmp_path, track, suffix):
    source, target = sources[track], tmp_path / f"copy{suffix}"
    able = [other for other in CONTAINERS if other in TRACKS[track][2]]
    if suffix in able:
        copied(source, target)
        with av.open(str(target)) as container:
            kinds = [stream.type for stream in container.streams]
        assert kinds == [stream.type for stream in stored(source).streams]
        assert len(kinds) == 2
    else:
        kind = stored(source).kept_streams[0].type
        with pytest.raises(AfterimageError) as refusal:
            require_room(stored(source), target)
        assert str(refusal.value) == (
            f"{target}: a {suffix} file cannot hold stream 1 ({kind}, {track}) of {source}; "
            f"{', '.join(able)} can"
        )


@pytest.mark.parametrize("suffix", CONTAINERS)
def test_a_turned_picture_is_kept_or_refused(tmp_path, suffix):
    flat = drawn(tmp_path / "flat.mp4", 25, "-c:v", "libx264")
    source, target = tmp_path / "turned.mov", tmp_path / f"copy{suffix}"
    ffmpeg("-display_rotation", "90", "-i", flat, "-c", "copy", source)
    if suffix in {".avi", ".ts", ".nut"}:
        said = (
            f"a {suffix} file cannot hold the turn of the picture in stream 0 (video, h264) of "
            f"{source}; .mp4, .m4v, .mov, .mkv, .webm can"
        )
        with pytest.raises(AfterimageError, match=re.escape(said)):
            require_room(stored(source), target)
    else:
        assert stored(copied(source, target)).orientation == Orientation(0, -1, 1, 0)


def test_a_transport_stream_keeps_what_came_out_of_one(tmp_path):
    source = tmp_path / "source.ts"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=96x64:duration=1", *TONE, "-map", "0", "-map", "1",
           "-c:v", "libx264", "-c:a", "aac", source)  # fmt: skip
    require_room(stored(source), tmp_path / "copy.ts")


def test_subtitles_that_are_pictures_are_copied_for_no_text_can_be_made_of_them(sources):
    video = stored(sources["subrip"])
    pictures = StoredStream(1, "subtitle", "dvb_subtitle", is_text=False)
    assert video.codec_in(pictures, ".mp4") == "copy"
    assert video.codec_in(video.kept_streams[0], ".mp4") == "mov_text"
    assert video.codec_in(video.kept_streams[0], ".mkv") == "copy"
