"""`python -m stages.fingerprint`, in a process of its own."""

import re
import subprocess
import sys

import pytest

from stages.fingerprint.distance import from_hex, hamming, to_hex
from stages.fingerprint.recipe import fingerprint
from stages.own.comparison import compare
from stages.own.readings import fingerprint_file, readings
from stages.sources.synthetic.drawing import draw
from stages.video.codec import Codec
from stages.video.edit import edit
from stages.video.ffmpeg import executable
from stages.video.filters import normalised
from stages.video.frames import Geometry
from stages.video.lossless import encode_lossless
from tests.memory import peak_memory
from tests.worktree import ROOT, run


def command(*arguments):
    return run(ROOT, sys.executable, "-m", "stages.fingerprint", *map(str, arguments), check=False)


@pytest.fixture(scope="module")
def videos(tmp_path_factory):
    """Two drawn clips, and one of one colour, as files."""
    folder = tmp_path_factory.mktemp("videos")
    clips = {"a": draw("natural", 1, 12, 1), "b": draw("natural", 2, 12, 1),
             "plain": draw("solid", 1, 2, 1)}  # fmt: skip
    for name, clip in clips.items():
        (folder / f"{name}.mkv").write_bytes(encode_lossless(clip))
    return folder


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


def test_the_module_of_the_command_does_the_same(videos):
    alias = run(ROOT, sys.executable, "-m", "stages.commands.fingerprint", str(videos / "a.mkv"))
    assert alias.stdout == command(videos / "a.mkv").stdout


def test_two_videos_and_their_comparison(videos):
    a, b = videos / "a.mkv", videos / "b.mkv"
    first, second, different = command(a, b).stdout.splitlines()
    assert [first, second] == [to_hex(fingerprint_file(path)) for path in (a, b)]
    assert different == str(compare(readings(a), readings(b, mirrored=True)))
    bits = re.match(r"not shown to be the same video: (\d+) of 256 bits differ", different)
    assert bits is not None
    assert 90 <= int(bits[1]) <= hamming(from_hex(first), from_hex(second))
    *_, same = command(a, a).stdout.splitlines()
    assert same.startswith("the same video: 0 of 256 bits differ")
    *_, undecided = command(videos / "plain.mkv", videos / "plain.mkv").stdout.splitlines()
    assert undecided.startswith("undecided")


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
    *_, comparison = command(tmp_path / "wide.mkv", tmp_path / "copy.mkv").stdout.splitlines()
    assert comparison.startswith("the same video: ")
    assert f"in the best of {comparisons} comparisons" in comparison


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["nowhere.mkv"], 1, "error: nowhere.mkv: "),
        (["README.md"], 1, "error: README.md: "),
        ([], 2, "the following arguments are required: VIDEO"),
        (["a", "b", "c"], 2, "at most two videos can be compared, and there are 3"),
        (["a", "--max-frames", "0"], 2, "'0': must be a whole number from 1"),
    ],
)
def test_a_mistake_is_reported_in_one_line(arguments, status, message):
    done = command(*arguments)
    assert done.returncode == status
    assert message in done.stderr.splitlines()[-1]
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
