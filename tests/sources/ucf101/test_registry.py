"""Checksums at first sight, and what a file's first bytes tell."""

import subprocess

import pytest

from stages.common.errors import AfterimageError
from stages.sources.ucf101.contents import check_avi, check_rar, check_zip
from stages.sources.ucf101.refusal import RefusedError
from stages.sources.ucf101.registry import Registry
from tests.sources.ucf101 import official
from tests.sources.ucf101.site import PAGE


@pytest.fixture
def seen(tmp_path):
    """A registry of two files, and the files."""
    with Registry(tmp_path / "sums") as registry:
        for name in ("b.avi", "a.avi"):
            (tmp_path / name).write_bytes(official.clip(name))
            registry.check(tmp_path / name, name)
    return tmp_path


def test_a_file_is_known_from_first_sight_on(seen):
    Registry(seen / "sums").check(seen / "a.avi", "a.avi")
    (seen / "a.avi").write_bytes(official.clip("other"))
    with pytest.raises(RefusedError, match=r"a\.avi: changed: .*sums has [0-9a-f]{64}; .* remove"):
        Registry(seen / "sums").check(seen / "a.avi", "a.avi")


def test_sha256sum_reads_the_registry(seen):
    subprocess.run(["sha256sum", "--check", "--quiet", "sums"], cwd=seen, check=True)
    lines = (seen / "sums").read_text().splitlines()
    assert [line.split()[1] for line in lines] == ["a.avi", "b.avi"]


def test_a_line_that_a_kill_has_cut_off_is_forgotten(seen):
    text = (seen / "sums").read_text()
    (seen / "sums").write_text(text[:-9])
    with Registry(seen / "sums") as registry:
        registry.check(seen / "b.avi", "b.avi")
    assert (seen / "sums").read_text() == text


def test_a_registry_that_is_none_is_named(seen):
    with (seen / "sums").open("a") as stream:
        stream.write("<html>\n")
    with pytest.raises(AfterimageError, match=r"sums, line 3: not a checksum: '<html>'"):
        Registry(seen / "sums")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (PAGE, "x: a web page instead of a video: 'Service notice'"),
        (b"  \n<HTML><body>Sorry", "a web page instead of a video"),
        (b"", "x: empty"),
        (b"RIFF\x04\x00\x00\x00WAVE", "not an AVI file"),
        (official.clip("x")[:-1], r"x: truncated: 49225 bytes of 49226"),
        (official.clip("x")[:40], "x: truncated: 40 bytes of 49226"),
    ],
)
def test_what_is_no_whole_avi_is_refused(tmp_path, content, said):
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(RefusedError, match=said):
        check_avi(tmp_path / "file", "x")


@pytest.mark.parametrize("check", [check_zip, check_rar])
@pytest.mark.parametrize("content", [PAGE, b"", b"Rar!", b"PK\x03\x04 and no end"])
def test_what_is_no_archive_is_refused(tmp_path, check, content):
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(RefusedError, match="x: "):
        check(tmp_path / "file", "x")


def test_real_clips_pass(real_clips, tmp_path):
    genuine = [path for path in real_clips if path.name.startswith("v_") and path.suffix == ".avi"]
    for path in genuine:
        check_avi(path, path.name)
        (tmp_path / "cut").write_bytes(path.read_bytes()[:-1])
        with pytest.raises(RefusedError, match="truncated"):
            check_avi(tmp_path / "cut", path.name)
