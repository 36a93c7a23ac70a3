"""Files that are whole or not there."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from stages.common.errors import VideoError
from stages.common.files import (
    link_or_copy,
    remove_remains,
    require_regular,
    write_bytes,
    write_text,
    written_whole,
)


def test_what_a_killed_process_left_is_removed_and_a_living_one_s_is_not(tmp_path):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    living = tmp_path / f".b.csv.{os.getpid()}.part"
    living.touch()
    (tmp_path / f".a.csv.{dead.pid}.part").touch()
    (tmp_path / f".c.{dead.pid}.part").mkdir()
    (tmp_path / ".c.part").touch()
    remove_remains(tmp_path)
    assert set(tmp_path.iterdir()) == {living, tmp_path / ".c.part"}


def test_only_remains_of_a_name_are_removed_if_it_is_asked_for(tmp_path):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    names = [f".{name}.{dead.pid}.part" for name in ("a[1].mp4", "a1.mp4", "b.mp4")]
    for name in names:
        (tmp_path / name).touch()
    remove_remains(tmp_path, "a[1].mp4")
    assert {path.name for path in tmp_path.iterdir()} == set(names[1:])


def test_files_folders_and_names_of_nothing_are_no_pipes(tmp_path):
    for path in (tmp_path, Path(__file__), tmp_path / "nothing", tmp_path / ("x" * 300)):
        require_regular(path)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    for path in (tmp_path / "pipe", tmp_path / "link", Path(os.devnull)):
        with pytest.raises(VideoError, match=f"{path}: a pipe or a device, not a regular file"):
            require_regular(path)


def test_a_file_is_whole_or_not_there(tmp_path):
    path = tmp_path / "sub" / "file"
    write_text(path, "old")
    with pytest.raises(RuntimeError), written_whole(path) as partial:
        partial.write_text("half of the n")
        raise RuntimeError
    assert path.read_text() == "old"
    assert [p.name for p in path.parent.iterdir()] == ["file"]


def test_a_folder_is_whole_or_not_there(tmp_path):
    with pytest.raises(RuntimeError), written_whole(tmp_path / "folder") as partial:
        write_bytes(partial / "a" / "b", b"x")
        raise RuntimeError
    assert not list(tmp_path.iterdir())
    for content in (b"old", b"new"):
        with written_whole(tmp_path / "folder") as partial:
            write_bytes(partial / content.decode(), content)
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["new"]


def test_an_error_that_names_no_file_gets_the_name(tmp_path):
    with pytest.raises(OSError, match="target"), written_whole(tmp_path / "target"):
        raise OSError(28, "No space left on device")


def test_a_link_where_it_can_be_and_else_a_copy(tmp_path, monkeypatch):
    (tmp_path / "a").write_text("content")
    link_or_copy(tmp_path / "a", tmp_path / "deep" / "b")
    assert (tmp_path / "deep" / "b").stat().st_nlink == 2

    def refuse(source: Path, target: Path) -> None:
        raise OSError(1, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    link_or_copy(tmp_path / "a", tmp_path / "c")
    assert (tmp_path / "c").read_text() == "content"
    assert (tmp_path / "c").stat().st_nlink == 1
    assert stat.S_ISREG((tmp_path / "c").stat().st_mode)
