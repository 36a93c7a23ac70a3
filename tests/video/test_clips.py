from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.common.errors import AfterimageError
from stages.video.clips import Clip, of_split, read_manifest, split_groups, write_manifest

groups = st.lists(st.text(min_size=1, max_size=8), min_size=2, max_size=40, unique=True)


def clip(name: str, **changes) -> Clip:
    values: dict[str, Any] = {
        "id": name, "path": f"data/clips/{name}", "kind": "natural", "group": name,
        "class_name": "", "clip_number": "", "split": "train", "width": 320, "height": 240,
        "fit": "crop", "fps": "30000/1001", "frames": 60, "sha256": "0" * 64,
    }  # fmt: skip
    return Clip(**values | changes)


@pytest.mark.parametrize(
    "name", ["plain.avi", "NA", "007", "1e5", 'ünï ço!de, "quoted".mp4', "sub/folder/a.mkv", "-x"]
)
def test_the_manifest_gives_back_what_was_written(tmp_path: Path, name):
    written = [clip(name), clip("other", group="007", fps="25")]
    write_manifest(written, tmp_path / "clips.csv")
    assert read_manifest(tmp_path / "clips.csv") == sorted(written, key=lambda c: c.id)


def test_a_missing_manifest_is_named(tmp_path):
    with pytest.raises(AfterimageError, match=r"nothing\.csv"):
        read_manifest(tmp_path / "nothing.csv")


@given(groups, st.floats(0.05, 0.95), st.integers(1, 1000))
def test_a_split_covers_every_group_and_leaves_no_side_empty(names, fraction, seed):
    sides = split_groups(names, test_fraction=fraction, seed=seed)
    assert set(sides) == set(names)
    assert set(sides.values()) == {"train", "test"}


@given(groups, st.integers(1, 1000))
def test_a_split_does_not_depend_on_the_order(names, seed):
    one = split_groups(names, test_fraction=0.5, seed=seed)
    assert one == split_groups(names[::-1], test_fraction=0.5, seed=seed)


def test_adding_recordings_moves_none():
    few = [f"group {index}" for index in range(50)]
    more = few + [f"new {index}" for index in range(500)]
    before = split_groups(few, test_fraction=0.3, seed=7)
    after = split_groups(more, test_fraction=0.3, seed=7)
    assert all(after[name] == side for name, side in before.items())
    assert 0.25 < list(after.values()).count("test") / len(after) < 0.35


@pytest.mark.parametrize("names", [[], ["only one"], ["same", "same"]])
def test_fewer_than_two_recordings_are_refused(names):
    with pytest.raises(AfterimageError, match="two are needed"):
        split_groups(names, test_fraction=0.5, seed=1)


def test_test_patterns_are_on_no_side():
    clips = [clip("a"), clip("b", kind="noise", split="none"), clip("c", split="test")]
    assert [c.id for c in of_split(clips, "train")] == ["a"]
    assert [c.id for c in of_split(clips, "test")] == ["c"]
