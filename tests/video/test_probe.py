"""Any file as a video: what decodes, and what is refused and why."""

import os
import socket
import struct
import subprocess
from fractions import Fraction
from pathlib import Path

import pytest

from stages.common.errors import AfterimageError, VideoError
from stages.video import ffmpeg
from stages.video.ffmpeg import executable
from stages.video.frames import Geometry, read, stream
from stages.video.probe import probe

FRAME = Geometry(320, 240)


def write_video(path: Path, *options: str, frames: int = 6) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    source = f"testsrc2=size=128x96:rate=10:duration={frames / 10}"
    command = [executable(), "-v", "error", "-y", "-f", "lavfi", "-i", source, *options]
    subprocess.run([*command, f"file:{path}"], check=True)
    return path


@pytest.mark.parametrize(
    "options",
    [
        ("-c:v", "libx264", "-pix_fmt", "yuv444p"),
        ("-c:v", "libx264", "-pix_fmt", "yuv420p10le"),
        ("-c:v", "mpeg4"),
        ("-c:v", "ffv1", "-pix_fmt", "rgb24"),
        ("-c:v", "libx264", "-vf", "scale=127:95", "-pix_fmt", "yuv444p"),
        ("-c:v", "libx264", "-color_range", "pc"),
    ],
)
def test_pixel_formats_and_odd_sizes_are_normalised(tmp_path, options):
    path = write_video(tmp_path / "clip.mkv", *options)
    assert probe(path, FRAME, max_frames=60).frames == 6
    frames = read(path, FRAME, max_frames=60, fps=Fraction(10))
    assert frames.i420.shape == (6, 360, 320)


def test_what_is_no_video_is_refused_with_a_reason(tmp_path):
    text = tmp_path / "text.mp4"
    text.write_text("this is no video\n" * 100)
    with pytest.raises(VideoError, match=r"^text\.mp4: \w"):
        probe(text, FRAME, max_frames=60)
    empty = tmp_path / "empty.mkv"
    empty.touch()
    with pytest.raises(VideoError, match=r"empty\.mkv"):
        probe(empty, FRAME, max_frames=60)


def test_a_truncated_video_is_refused(tmp_path):
    whole = write_video(tmp_path / "whole.avi", "-c:v", "mpeg4", frames=60)
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(write_video(tmp_path / "whole.mp4", frames=60).read_bytes()[:20_000])
    with pytest.raises(VideoError, match=r"cut\.mp4"):
        probe(cut, FRAME, max_frames=60)
    assert probe(whole, FRAME, max_frames=60).frames == 60


HLS = "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{}\n#EXT-X-ENDLIST\n"
CONCAT = "ffconcat version 1.0\nfile {}\n"
DASH = """<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"
type="static" mediaPresentationDuration="PT1S"><Period><AdaptationSet mimeType="video/mp4">
<Representation id="1" bandwidth="1"><BaseURL>{}</BaseURL></Representation></AdaptationSet>
</Period></MPD>"""


@pytest.fixture
def listener():
    """A port of this machine on which nobody should ever knock."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


@pytest.mark.parametrize("suffix", [".mp4", ".ts", ".mkv"])
@pytest.mark.parametrize("playlist", [HLS, CONCAT, DASH])
def test_a_playlist_in_disguise_is_no_video(tmp_path, listener, playlist, suffix):
    """It would show another file of this machine, or fetch one, as if it were the clip."""
    write_video(tmp_path / "secret.ts", "-c:v", "mpeg2video")
    port = listener.getsockname()[1]
    for target in ("secret.ts", tmp_path / "secret.ts", f"http://127.0.0.1:{port}/secret.ts"):
        disguised = tmp_path / f"clip{suffix}"
        disguised.write_text(playlist.format(target))
        with pytest.raises(VideoError, match=r"clip\."):
            probe(disguised, FRAME, max_frames=60)
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_such_playlists_do_show_the_other_file_without_our_guard(tmp_path):
    """So that the test above can fail."""
    write_video(tmp_path / "secret.ts", "-c:v", "mpeg2video")
    (tmp_path / "clip.mp4").write_text(CONCAT.format("secret.ts"))
    command = [executable(), "-v", "error", "-i", str(tmp_path / "clip.mp4"), "-f", "framecrc", "-"]
    shown = subprocess.run(command, capture_output=True, check=True).stdout
    assert shown.count(b"\n0,") == 6


def test_a_picture_beyond_8k_is_refused_before_it_takes_memory(tmp_path):
    video = write_video(tmp_path / "huge.gif")
    content = bytearray(video.read_bytes())
    content[6:10] = struct.pack("<HH", 12000, 9000)
    video.write_bytes(content)
    with pytest.raises(VideoError, match=r"huge\.gif: .*12000x9000 exceeds"):
        probe(video, FRAME, max_frames=60)


def test_a_pipe_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "clip.mp4")
    with pytest.raises(VideoError, match=r"clip\.mp4: a pipe or a device, not a regular file"):
        list(stream(tmp_path / "clip.mp4", FRAME))
    with pytest.raises(VideoError, match=r"clip\.mp4: a pipe or a device, not a regular file"):
        probe(tmp_path / "clip.mp4", FRAME, max_frames=1)


def test_an_ffmpeg_that_stands_still_is_given_up(tmp_path, monkeypatch):
    """A pipe that nobody writes to keeps ffmpeg waiting."""
    monkeypatch.setattr(ffmpeg, "STALL_SECONDS", 0.5)
    monkeypatch.setattr(ffmpeg, "require_regular", lambda path: None)
    for reader in ("stages.video.frames", "stages.video.probe"):
        monkeypatch.setattr(f"{reader}.video_input", lambda path: ffmpeg.file_input(path).video)
    os.mkfifo(tmp_path / "clip.mp4")
    with pytest.raises(VideoError, match=r"clip\.mp4: ffmpeg stood still for 0\.5 s, given up"):
        list(stream(tmp_path / "clip.mp4", FRAME))
    with pytest.raises(VideoError, match=r"clip\.mp4: ffmpeg took over 1\.5 s, given up"):
        probe(tmp_path / "clip.mp4", FRAME, max_frames=1)


@pytest.mark.parametrize(
    ("signal", "error", "said"),
    [
        ("SEGV", VideoError, r"clip\.mp4: ffmpeg crashed \(SIGSEGV\)"),
        # Somebody else's doing: the clip must not be skipped for it.
        ("KILL", AfterimageError, r"clip\.mp4: ffmpeg was killed \(out of memory\?\)"),
    ],
)
def test_an_ffmpeg_that_dies_is_told(tmp_path, monkeypatch, signal, error, said):
    dying = tmp_path / "ffmpeg"
    dying.write_text(f"#!/bin/sh\nkill -{signal} $$\n")
    dying.chmod(0o755)
    monkeypatch.setattr(ffmpeg, "executable", lambda: str(dying))
    with pytest.raises(AfterimageError, match=said) as caught:
        probe(tmp_path / "clip.mp4", FRAME, max_frames=1)
    assert type(caught.value) is error


def test_the_files_that_break_other_decoders(bad_clips):
    assert probe(bad_clips["matlab_uncompressed_foreman.avi"], FRAME, max_frames=60).frames == 30
    assert probe(bad_clips["torchcodec_av1_video.mkv"], FRAME, max_frames=200).frames == 125
    with pytest.raises(VideoError, match=r"decord_corrupted\.mp4: "):
        probe(bad_clips["decord_corrupted.mp4"], FRAME, max_frames=60)


def test_every_real_clip_decodes(real_clips):
    for path in real_clips[::4]:
        content = probe(path, FRAME, max_frames=8)
        assert content.frames == 8
        assert 9 < content.fps < 61
