"""Videos of a folder: names, recordings, and what is passed over."""

import os

import pytest

from stages.common.errors import AfterimageError, VideoError
from stages.sources.folder import source as folder
from stages.video.frames import Geometry
from stages.video.probe import probe
from tests.video.test_probe import write_video

FRAME = Geometry(320, 240)


def test_groups_come_from_the_name_and_else_from_the_file(tmp_path):
    names = ["v_Punch_g03_c01.avi", "v_Punch_g03_c02.avi", "v_Punch_g04_c01.avi", "holiday.avi"]
    for name in names:
        (tmp_path / name).touch()
    groups = {offer.id: offer.group for offer in folder.offers(tmp_path, r"v_(.+_g\d+)_c\d+")}
    assert groups["v_Punch_g03_c01.avi"] == groups["v_Punch_g03_c02.avi"] == "Punch_g03"
    assert groups["v_Punch_g04_c01.avi"] == "Punch_g04"
    assert groups["holiday.avi"] == "holiday.avi"


def test_hidden_and_other_files_are_passed_over(tmp_path):
    for name in ("a.mp4", ".b.mp4", "c.txt", ".hidden/d.mp4"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert [offer.id for offer in folder.offers(tmp_path, "x")] == ["a.mp4"]


def test_a_missing_and_an_empty_folder_are_named(tmp_path):
    with pytest.raises(AfterimageError, match="nowhere is not a folder"):
        folder.offers(tmp_path / "nowhere", "x")
    with pytest.raises(AfterimageError, match="holds no video file"):
        folder.offers(tmp_path, "x")


def test_what_is_no_regular_file_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.mp4")
    (tmp_path / "dangling.mp4").symlink_to("nowhere.mp4")
    (tmp_path / f"{'x' * 240}.mp4").touch()
    for offer in folder.offers(tmp_path, "x"):
        with pytest.raises(VideoError, match=r"\.mp4: (not a regular file|the name is longer)"):
            offer.store(tmp_path / "stored")


def test_a_name_that_is_no_text_is_listed_with_escapes(tmp_path):
    name = os.fsdecode(b"caf\xe9_g07.mp4")
    write_video(tmp_path / "plain.mp4")
    (tmp_path / "plain.mp4").rename(tmp_path / name)
    (offer,) = folder.offers(tmp_path, r"(caf.*_g\d+)")
    assert (offer.id, offer.group) == ("caf\\xe9_g07.mp4", "caf\\xe9_g07")
    offer.store(tmp_path / "stored")
    assert probe(tmp_path / name, FRAME, max_frames=60).frames == 6


@pytest.mark.parametrize(
    "name",
    [
        "with space.mp4",
        "dog!!!!.mkv",
        "ünïcödé 视频.avi",
        "-dash.mp4",
        "a:b.mkv",
        "50%d.mkv",
        "sub/x.webm",
    ],
)
def test_odd_names_are_read(tmp_path, name):
    write_video(tmp_path / name)
    (offer,) = folder.offers(tmp_path, "v_(.+_g\\d+)_c\\d+")
    assert offer.id == name
    offer.store(tmp_path / "stored")
    assert (tmp_path / "stored").read_bytes() == (tmp_path / name).read_bytes()
    assert probe(tmp_path / name, FRAME, max_frames=60).frames == 6
