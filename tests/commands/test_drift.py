"""`python -m stages.commands.drift`, in a process of its own."""

import re
import sys
from statistics import median

import pytest

from stages.fingerprint.distance import hamming
from stages.own.readings import fingerprint_file
from stages.sources.synthetic.drawing import draw
from stages.video.codec import Codec
from stages.video.frames import Geometry
from stages.video.lossless import encode_lossless
from tests.worktree import ROOT, run

FRAMES, CRF = 8, 40


def command(*arguments):
    return run(
        ROOT, sys.executable, "-m", "stages.commands.drift", *map(str, arguments), check=False
    )


@pytest.fixture
def videos(tmp_path):
    """Three drawn clips as files, two of them of one recording, and a file without video."""
    clips = {"lake_1": draw("natural", 1, 12, 1), "lake_2": draw("natural", 2, 12, 1),
             "plain": draw("solid", 1, 12, 1)}  # fmt: skip
    for name, clip in clips.items():
        (tmp_path / f"{name}.mkv").write_bytes(encode_lossless(clip))
    (tmp_path / "broken.mp4").write_bytes(b"no video")
    return tmp_path


@pytest.fixture
def hashes(videos):
    """The fingerprint of each video before the codec."""
    return {path.name: fingerprint_file(path, max_frames=FRAMES) for path in videos.glob("*.mkv")}


def drifts_of(videos, hashes):
    """Compute the drift of each video, in the order of their names."""
    received = videos / "received"
    for name, before in sorted(hashes.items()):
        Codec(crf=CRF).transcode(videos / name, received, Geometry(320, 240), max_frames=FRAMES)
        yield hamming(before, fingerprint_file(received))


def test_the_drift_of_a_folder_line_by_line(videos, hashes):
    done = command(videos, "--crf", CRF, "--max-frames", FRAMES)
    assert done.returncode == 0, done.stderr
    header, *lines, drift, apart, again = done.stdout.splitlines()
    assert header.split() == ["drift", "nearest", "video"]
    a, b, c = (hashes[f"{name}.mkv"] for name in ("lake_1", "lake_2", "plain"))
    ab, ac, bc = hamming(a, b), hamming(a, c), hamming(b, c)
    drifts = list(drifts_of(videos, hashes))
    nearest = [min(ab, ac), min(ab, bc), min(ac, bc)]
    assert [line.split() for line in lines] == [
        [str(bits), str(other), name]
        for bits, other, name in zip(drifts, nearest, sorted(hashes), strict=True)
    ]
    assert drift.startswith(f"drift at CRF 40: median {median(drifts):g}, ")
    assert drift.endswith(f"most {max(drifts)} of 256 bits")
    middle = f"median {median([ab, ac, bc]):g}"
    assert apart == f"distance between different recordings: least {min(nearest)}, {middle}"
    assert again.startswith("found again: 3 of 3, up to 70 bits ")
    (skipped,) = re.findall("^skipped: .*$", done.stderr, re.MULTILINE)
    assert "broken.mp4" in skipped


def test_videos_of_one_recording_are_no_impostors(videos, hashes):
    done = command(videos, "--max-frames", FRAMES, "--group-regex", "^lake")
    first, second, plain = (line.split()[1] for line in done.stdout.splitlines()[1:4])
    a, b, c = (hashes[f"{name}.mkv"] for name in ("lake_1", "lake_2", "plain"))
    assert (int(first), int(second)) == (hamming(a, c), hamming(b, c))
    assert int(plain) == min(hamming(a, c), hamming(b, c))
    done = command(videos, "--max-frames", FRAMES, "--group-regex", "mkv")
    assert [line.split()[1] for line in done.stdout.splitlines()[1:4]] == ["-", "-", "-"]
    assert "distance between different recordings: none\n" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["nowhere"], 1, "error: nowhere is not a folder"),
        (["tests"], 1, "error: tests holds no video file"),
        (["tests", "--crf", "52"], 2, "argument --crf: invalid choice: 52"),
        (["tests", "--group-regex", "("], 2, "argument --group-regex: "),
    ],
)
def test_a_mistake_about_a_folder_is_reported_in_one_line(arguments, status, message):
    done = command(*arguments)
    assert done.returncode == status
    assert message in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_a_folder_without_a_video_that_decodes_is_an_error(tmp_path):
    (tmp_path / "broken.mp4").write_bytes(b"no video")
    done = command(tmp_path)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "error: none of the 1 videos can be decoded"


def test_the_stage_of_the_same_name_takes_no_folder():
    done = run(ROOT, sys.executable, "-m", "stages.hash_drift", "tests", check=False)
    assert done.returncode == 2
    assert "unrecognized arguments: tests" in done.stderr
