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


@pytest.mark.parametrize("utf8", ["0", "1"])
@pytest.mark.parametrize("name", [b"caf\xe9 \xff.mkv", "ünïcödé 视频.mkv".encode()])
def test_names_of_any_bytes_are_marked_and_found_in_any_locale(folder, tmp_path, name, utf8):
    source, target = tmp_path / os.fsdecode(name), tmp_path / os.fsdecode(b"out " + name)
    source.write_bytes((folder / "clip.mkv").read_bytes())
    signature = ("--signature", folder / "signature.json")
    for module, *arguments in (
        ("stages.fingerprint", source),
        ("stages.signature", "mark", source, target, *signature),
        ("stages.signature", "detect", target, *signature),
        ("stages.commands.drift", tmp_path, "--max-frames", "4"),
    ):
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments], cwd=ROOT, capture_output=True, check=False,
            env=environment(KEY) | {"LC_ALL": "POSIX", "PYTHONUTF8": utf8},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert b"Traceback" not in done.stderr
    assert target.exists()


@pytest.mark.parametrize("kind", ["default", "cover"])
def test_the_video_is_marked_and_not_what_is_before_it(folder, tmp_path, caplog, kind):
    source, target = tmp_path / "source.mp4", tmp_path / "out.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=64x64:rate=1:duration=1", "-i", folder / "clip.mkv",
           "-map", "0", "-map", "1", "-c:v:0", "mjpeg", "-c:v:1", "libx264", "-disposition:0",
           "attached_pic" if kind == "cover" else "0", "-disposition:1", "default",
           source)  # fmt: skip
    signature = ("--signature", folder / "signature.json")
    done = command("mark", source, target, *signature)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("marked: 64 frames")
    told = f"{source}: 2 video streams; stream 1 (h264, 320x240, default) is taken"
    assert caplog.text.count(" is taken ") == caplog.text.count(told) == (kind == "default")
    assert command("detect", target, *signature).returncode == 0


def test_what_is_lost_is_told_in_one_line(folder, tmp_path, caplog):
    source = tmp_path / "source.webm"
    ffmpeg("-i", folder / "clip.mkv", "-vf", "format=rgba,colorchannelmixer=aa=0.3",
           "-pix_fmt", "yuva420p", "-c:v", "libvpx-vp9", source)  # fmt: skip
    done = command("mark", source, tmp_path / "out.webm", "--signature", folder / "signature.json")
    assert done.returncode == 0, done.stderr
    said = f"warning: {source}: lost, as libvpx-vp9 cannot keep it: its transparency (alpha)"
    assert caplog.text.count(said) == 1


@pytest.mark.parametrize("content", [b"", b"\0\0\0\x18ftypisom\0\0\2\0isomiso2\0\0\0\x40mdat"])
def test_mark_and_detect_say_the_same_of_a_broken_file(folder, tmp_path, content):
    source = tmp_path / "broken.mp4"
    source.write_bytes(content)
    signature = ("--signature", folder / "signature.json")
    for arguments in (("mark", source, tmp_path / "out.mp4"), ("detect", source)):
        done = command(*arguments, *signature)
        assert done.returncode == 2
        assert done.stderr.splitlines()[-1] == f"error: {source}: moov atom not found"
