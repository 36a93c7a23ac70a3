"""The stream that is taken for the video, by every reader and both decoders."""

import os
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest

from stages.common.errors import VideoError
from stages.video.ffmpeg import executable
from stages.video.frames import Geometry, read, stream
from stages.video.probe import probe
from stages.video.streams import chosen, opened, video_input

FRAME = Geometry(64, 48)
RED, GREEN = "color=red:size=96x64:rate=25:duration=1", "color=green:size=48x32:rate=5:duration=1"
PICTURE = "color=green:size=48x32:rate=1:duration=1"


def written(path, inputs, *options):
    """Write a file whose streams are drawn, in their order."""
    words = [word for source in inputs for word in ("-f", "lavfi", "-i", source)]
    maps = [word for place in range(len(inputs)) for word in ("-map", str(place))]
    subprocess.run([executable(), "-v", "error", "-y", *words, *maps, *options, path], check=True)
    return path


def is_red(path):
    (frame,) = read(path, FRAME, max_frames=1, fps=Fraction(25)).rgb()
    assert np.ptp(frame, axis=(0, 1)).max() < 10
    return frame[0, 0, 0] > 200


def taken(path):
    """Return the stream that PyAV's readers take."""
    with opened(path) as container:
        return chosen(container, path).index


CASES = {
    "a default one goes first": ("mp4", (GREEN, RED), "0", "default", 1),
    "a smaller one by default": ("mkv", (RED, GREEN), "0", "default", 1),
    "else the largest": ("ts", (GREEN, RED), "0", "0", 1),
    "of two by default the largest": ("mkv", (GREEN, RED), "default", "default", 1),
    "of equal ones the first": ("mkv", (RED, RED), "0", "0", 0),
}


@pytest.mark.parametrize("case", CASES)
def test_both_decoders_take_the_same_stream_and_say_so(tmp_path, caplog, case):
    kind, inputs, first, second, expected = CASES[case]
    path = written(
        tmp_path / f"two.{kind}", inputs, "-c:v", "libx264",
        "-disposition:0", first, "-disposition:1", second,
    )  # fmt: skip
    red = inputs[expected] == RED
    assert taken(path) == expected
    assert is_red(path) == red
    assert len(list(stream(path, FRAME))) == (25 if red else 5)
    assert probe(path, FRAME, max_frames=99).frames == (25 if red else 5)
    assert caplog.text.count(f"{path}: 2 video streams; stream {expected} (h264, ") == 1


def with_cover(path, *options):
    """Write a video behind its cover."""
    return written(
        path, (PICTURE, RED), "-c:v:0", "mjpeg", "-c:v:1", "libx264",
        "-disposition:0", "attached_pic", *options,
    )  # fmt: skip


def test_a_cover_is_passed_over_without_a_word(tmp_path, caplog):
    path = with_cover(tmp_path / "covered.mp4")
    assert is_red(path)
    assert probe(path, FRAME, max_frames=99).frames == 25
    assert not caplog.text


def test_a_cover_alone_is_no_video(tmp_path):
    path = written(
        tmp_path / "song.m4a", ("sine=duration=1", PICTURE), "-c:v", "mjpeg",
        "-disposition:1", "attached_pic", "-f", "mp4",
    )  # fmt: skip
    for reader in (lambda: probe(path, FRAME, max_frames=1), lambda: taken(path)):
        with pytest.raises(VideoError, match=r"song\.m4a: no video stream in it"):
            reader()


def test_ffmpegs_arguments_are_as_ever_for_a_single_stream(tmp_path):
    path = written(tmp_path / "one.mp4", (RED,), "-c:v", "libx264")
    assert video_input(path).selector == "v"


@pytest.mark.parametrize("content", [b"", b"\0\0\0\x18ftypisom\0\0\2\0isomiso2\0\0\0\x40mdat"])
def test_both_decoders_complain_in_the_same_words(tmp_path, content):
    path = tmp_path / "broken.mp4"
    path.write_bytes(content)
    said = f"^{path}: moov atom not found$"
    with pytest.raises(VideoError, match=said):
        list(stream(path, FRAME))
    with pytest.raises(VideoError, match=said):
        taken(path)


@pytest.mark.parametrize(("muxer", "ending"), [("webp", "webp"), ("apng", "apng"), ("apng", "png")])
def test_animated_pictures_are_called_pictures_by_both(tmp_path, muxer, ending):
    path = written(tmp_path / f"picture.{ending}", (GREEN,), "-f", muxer)
    with pytest.raises(VideoError, match="a picture and no video"):
        list(stream(path, FRAME))
    with pytest.raises(VideoError, match="a picture and no video"):
        taken(path)


def test_a_name_of_any_bytes_is_read_by_both(tmp_path):
    path = tmp_path / os.fsdecode(b"caf\xe9 \xff.mkv")
    none = ("-disposition:0", "0", "-disposition:1", "0")
    written(tmp_path / "plain.mkv", (GREEN, RED), "-c:v", "libx264", *none).rename(path)
    assert taken(path) == 1
    assert is_red(path)


def test_a_picture_that_would_fill_the_memory_is_not_decoded_to_look_at_it(tmp_path):
    """16000x16000 in RGB are 768 MB, in a file of 2 MB."""
    huge = ["color=size=16000x16000:rate=1"]
    path = written(tmp_path / "huge.mov", huge, "-frames:v", "1", "-c:v", "png")
    look = (
        "import re, sys; from pathlib import Path;"
        "from stages.video.streams import video_input;"
        "video_input(Path(sys.argv[1]));"
        # Not getrusage: it counts what the parent had when it started this process.
        "print(re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1])"
    )
    shown = subprocess.run(
        [sys.executable, "-c", look, str(path)], capture_output=True, text=True, check=True
    )
    assert int(shown.stdout) < 300_000
