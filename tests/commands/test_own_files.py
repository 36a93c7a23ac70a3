"""The ends of `mark` and `detect`: signals, pipes, links, a full disk."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from stages.common.command_line import interrupted_by_signals
from stages.signature.search.space import hand_set_vector, to_signature
from stages.sources.synthetic.drawing import draw
from stages.video.lossless import encode_lossless
from tests.commands.test_signature import KEY, command, environment, ffmpeg
from tests.worktree import ROOT

PATIENCE = 30


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A signature, a drawn clip, and a video that takes long to mark."""
    folder = tmp_path_factory.mktemp("ends")
    (folder / "signature.json").write_text(to_signature(hand_set_vector(), "balanced").to_json())
    (folder / "clip.mkv").write_bytes(encode_lossless(draw("natural", 3, 64, seed=5)))
    ffmpeg("-stream_loop", "-1", "-i", folder / "clip.mkv", "-frames:v", "3000", "-s", "640x360",
           "-c:v", "libx264", "-preset", "ultrafast", folder / "long.mp4")  # fmt: skip
    return folder


def until(condition):
    """Wait for a condition, and return its value."""
    end = time.monotonic() + PATIENCE
    while not (value := condition()):
        assert time.monotonic() < end
        time.sleep(0.02)
    return value


def marking(folder, target):
    """Start to mark the long video, and wait until it is encoded; return its ffmpegs as well."""
    process = subprocess.Popen(
        [sys.executable, "-m", "stages.signature", "mark", folder / "long.mp4", target,
         "--signature", folder / "signature.json"],
        cwd=ROOT, env=environment(KEY), stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    until(lambda: list(target.parent.glob(f".{target.name}.*.part")))
    children = until(lambda: psutil.Process(process.pid).children())
    return process, children


def is_alive(process):
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_marking_and_leaves_nothing(folder, tmp_path, number):
    process, children = marking(folder, tmp_path / "out.mp4")
    process.send_signal(number)
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert said.splitlines()[-1] == "error: interrupted; run the same command again to go on"
    assert "Traceback" not in said
    assert not list(tmp_path.iterdir())
    assert not any(is_alive(child) for child in children)


def test_a_killed_process_leaves_no_ffmpeg_and_the_next_removes_its_remains(folder, tmp_path):
    process, children = marking(folder, tmp_path / "out.mp4")
    (tmp_path / ".notes.1.part").write_text("the user's")
    process.kill()
    process.communicate(timeout=PATIENCE)
    until(lambda: not any(is_alive(child) for child in children))
    assert len(list(tmp_path.iterdir())) == 2
    done = command("mark", folder / "clip.mkv", tmp_path / "out.mp4",
                   "--signature", folder / "signature.json")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"out.mp4", ".notes.1.part"}


def test_a_signal_that_is_ignored_stays_so():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with interrupted_by_signals():
            os.kill(os.getpid(), signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_signals_are_as_they_were_in_the_end():
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt), interrupted_by_signals():
        os.kill(os.getpid(), signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("detect", "pipe"), "pipe: a pipe or a device, not a regular file"),
        (("mark", "pipe", "out.mp4"), "pipe: a pipe or a device, not a regular file"),
        (("mark", "clip.mkv", "pipe.mp4"), "pipe.mp4: a pipe or a device, not a regular file"),
        (("mark", "/dev/zero", "out.mp4"), "/dev/zero: a pipe or a device, not a regular file"),
        (("mark", "clip.mkv", "folder.mp4"), "folder.mp4: Is a directory"),
    ],
)
def test_what_is_no_regular_file_is_refused_at_once(folder, tmp_path, arguments, said):
    for name in ("pipe", "pipe.mp4"):
        os.mkfifo(tmp_path / name)
    (tmp_path / "folder.mp4").mkdir()
    (tmp_path / "clip.mkv").symlink_to(folder / "clip.mkv")
    before = sorted(tmp_path.iterdir())
    name, *paths = arguments
    start = time.monotonic()
    done = command(
        name, *(tmp_path / path for path in paths), "--signature", folder / "signature.json"
    )
    assert time.monotonic() - start < 10
    assert done.returncode == 2
    assert done.stderr.endswith(f"{said}\n")
    assert done.stderr.count("\n") == 1
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("exists", [True, False])
def test_a_link_stays_and_what_it_leads_to_is_written(folder, tmp_path, exists):
    real, link = tmp_path / "elsewhere" / "real.mp4", tmp_path / "link.mp4"
    real.parent.mkdir()
    link.symlink_to("elsewhere/real.mp4")
    if exists:
        real.write_text("old")
    signature = ("--signature", folder / "signature.json")
    done = command("mark", folder / "clip.mkv", link, *signature)
    assert done.returncode == 0, done.stderr
    assert f"in {link}: " in done.stdout
    assert link.is_symlink()
    assert list(real.parent.iterdir()) == [real]
    assert command("detect", real, *signature).returncode == 0


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".avi", ".ts"])
def test_a_full_disk_is_told_with_the_name_of_the_target(folder, tmp_path, tiny_disk, suffix):
    target, link = tiny_disk / f"out{suffix}", tmp_path / f"link{suffix}"
    link.symlink_to(target)
    for name in (target, link):
        done = command("mark", folder / "long.mp4", name, "--crf", "0",
                       "--signature", folder / "signature.json")  # fmt: skip
        assert done.returncode == 2
        assert done.stderr.splitlines()[-1] == (
            f"error: {name}: No space left on device; free some space and run the same command "
            "again"
        )
        assert not list(tiny_disk.iterdir())
