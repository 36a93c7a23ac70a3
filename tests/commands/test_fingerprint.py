"""The command that people run on their own videos, in a process of its own."""

import re
import subprocess
import sys

import pytest

from stages.fingerprint.distance import from_hex, hamming, to_hex
from stages.fingerprint.recipe import fingerprint
from stages.own.comparison import IMPOSTORS
from stages.own.readings import fingerprint_file
from stages.sources.synthetic.drawing import draw
from stages.video.codec import Codec
from stages.video.edit import edit
from stages.video.ffmpeg import executable
from stages.video.filters import normalised
from stages.video.frames import Geometry
from stages.video.lossless import encode_lossless
from tests.memory import peak_memory
from tests.worktree import ROOT


def command(*arguments):
    return run_module("stages.fingerprint", *arguments)


def test_a_video_is_printed_as_its_hash(videos):
    done = command(videos / "a.mkv")
    assert done.returncode == 0
    assert re.fullmatch("[0-9a-f]{64}\n", done.stdout)
    frames = fingerprint(draw("natural", 1, 12, 1))
    assert hamming(from_hex(done.stdout.strip()), frames) <= 4
    assert done.stderr == ""


def test_the_first_frames_alone(videos):
    done = command(videos / "a.mkv", "--max-frames", 1)
    first = to_hex(fingerprint_file(videos / "a.mkv", max_frames=1))
    assert done.stdout.strip() == first != to_hex(fingerprint_file(videos / "a.mkv"))


def test_two_videos_and_a_verdict(videos):
    first, second, verdict = command(videos / "a.mkv", videos / "b.mkv").stdout.splitlines()
    bits = hamming(from_hex(first), from_hex(second))
    told = re.match(r"not shown to be the same video: (\d+) of 256 bits differ", verdict)
    assert told is not None
    assert 90 <= int(told[1]) <= bits
    *_, verdict = command(videos / "a.mkv", videos / "a.mkv").stdout.splitlines()
    assert verdict.startswith("the same video: 0 of 256 bits differ")
    *_, verdict = command(videos / "plain.mkv", videos / "plain.mkv").stdout.splitlines()
    assert verdict.startswith("undecided")


@pytest.mark.parametrize(
    ("edits", "comparisons"),
    [(["mirrored"], 2), (["letterbox"], 4), (["mirrored", "letterbox"], 4)],
)
def test_a_mirrored_or_letterboxed_copy_is_found(tmp_path, edits, comparisons):
    copy = wide = normalised(draw("natural", 4, 12, 1), Geometry(320, 180))
    for edit_name in edits:
        copy = edit(edit_name).apply(copy)
    for name, frames in (("wide", wide), ("copy", copy)):
        (tmp_path / f"{name}.mkv").write_bytes(Codec(crf=28).encode(frames))
    *_, told = command(tmp_path / "wide.mkv", tmp_path / "copy.mkv").stdout.splitlines()
    assert told.startswith("the same video: ")
    assert f"in the best of {comparisons} comparisons" in told


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["nowhere.mkv"], 1, "error: nowhere.mkv: "),
        (["README.md"], 1, "error: README.md: "),
        ([], 2, "the following arguments are required: VIDEO"),
        (["a", "b", "c"], 2, "3 videos given"),
        (["a", "--max-frames", "0"], 2, "'0': must be a whole number from 1"),
    ],
)
def test_a_mistake_is_told_in_one_line(arguments, status, said):
    done = command(*arguments)
    assert done.returncode == status
    assert said in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_memory_is_flat_in_the_length_of_the_video(tmp_path):
    """An hour at a frame a second: kept, even the small frames would take 66 MB."""
    peaks = []
    for seconds in (10, 3600):
        video = tmp_path / f"{seconds}.mkv"
        source = f"testsrc2=size=320x240:rate=1:duration={seconds}"
        subprocess.run(
            [executable(), "-v", "error", "-f", "lavfi", "-i", source,
             "-c:v", "libx264", "-preset", "ultrafast", "-threads", "1", str(video)],
            check=True,
        )  # fmt: skip
        peaks.append(peak_memory("stages.fingerprint", str(video)))
    unit = 1024 if sys.platform == "darwin" else 1
    for short, long in zip(*peaks, strict=True):
        assert long - short < 16 * 1024 * unit, peaks
