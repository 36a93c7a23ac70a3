"""The official lists, and the subsets of them."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.common.errors import AfterimageError
from stages.sources.ucf101.lists import LISTS_FOLDER, SPLITS_ZIP, find_lists, read_lists
from stages.sources.ucf101.subset import choose
from tests.sources.ucf101 import official


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    """The lists of all 13,320 clips."""
    path = tmp_path_factory.mktemp("full") / SPLITS_ZIP
    path.write_bytes(official.splits_zip(official.full_names()))
    return path


@pytest.mark.parametrize("split", [1, 2, 3])
def test_the_official_split_at_full_size(full, split):
    lists = read_lists(full, split)
    assert len(lists.clips) == 13_320
    assert len(lists.classes) == 101
    tested = {clip.group for clip in lists.clips if clip.split == "test"}
    assert tested == set(official.TEST_GROUPS[split])
    trained = {clip.group for clip in lists.clips if clip.split == "train"}
    assert trained == set(range(1, 26)) - tested


@given(st.integers(1, 12), st.integers(1, 12), st.integers(1, 100))
def test_a_larger_subset_keeps_the_smaller_and_both_are_balanced(full_lists, first, second, seed):
    few, many = (choose(full_lists, [], count, seed) for count in sorted((first, second)))
    assert set(few) <= set(many)
    for chosen, count in ((few, min(first, second)), (many, max(first, second))):
        assert set(Counter(clip.class_name for clip in chosen).values()) == {count}


@pytest.fixture(scope="module")
def full_lists(full):
    lists = read_lists(full, 1)
    few = set(lists.classes[:6])
    return type(lists)(lists.classes[:6], [clip for clip in lists.clips if clip.class_name in few])


def test_adding_a_class_moves_no_clip_of_another(full):
    lists = read_lists(full, 1)
    two = choose(lists, ["Class003", "Class090"], 5, seed=1)
    more = choose(lists, ["Class003", "Class050", "Class090"], 5, seed=1)
    assert [clip for clip in more if clip.class_name != "Class050"] == two


def test_a_small_subset_spans_the_most_recordings_and_both_sides(full):
    lists = read_lists(full, 1)
    one_each = choose(lists, [], 1, seed=1)
    assert 40 <= Counter(clip.split for clip in one_each)["test"] <= 61
    ten_each = choose(lists, [], 10, seed=1)
    assert len({(clip.class_name, clip.group) for clip in ten_each}) == len(ten_each) == 1010
    assert Counter(clip.split for clip in ten_each)["test"] == 505
    assert (
        Counter(clip.group for clip in choose(lists, ["Class007"], 25, 1)).most_common(1)[0][1] == 1
    )


def test_all_of_everything(full):
    lists = read_lists(full, 1)
    assert set(choose(lists, [], 10_000, seed=3)) == set(lists.clips)
    assert choose(lists, [], 3, seed=1) != choose(lists, [], 3, seed=2)


def test_a_missing_class_is_named(full):
    with pytest.raises(AfterimageError, match=r"'Class1000' is not a class of UCF101 \(did you"):
        choose(read_lists(full, 1), ["Class1000"], 1, seed=1)


def test_a_name_that_the_class_is_not_spelt_as(tmp_path):
    path = tmp_path / SPLITS_ZIP
    path.write_bytes(official.splits_zip(official.names()))
    clip = next(c for c in read_lists(path, 1).clips if c.class_name == "HandstandPushups")
    assert clip.name.startswith("v_HandStandPushups_g")
    assert clip.names == (clip.name, clip.name.replace("Stand", "stand"))


def unpacked(folder, **changes):
    folder.mkdir(exist_ok=True)
    for name, text in official.lists(official.names()).items():
        (folder / name).write_bytes(changes.get(name.partition(".")[0], text).encode())
    return folder


def test_zip_and_folder_are_found_and_read_alike(tmp_path):
    assert find_lists(tmp_path) is None
    folder = unpacked(tmp_path / LISTS_FOLDER)
    assert find_lists(tmp_path) == folder
    (tmp_path / SPLITS_ZIP).write_bytes(official.splits_zip(official.names()))
    assert find_lists(tmp_path) == tmp_path / SPLITS_ZIP
    assert read_lists(folder, 2) == read_lists(tmp_path / SPLITS_ZIP, 2)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("../../etc/v_Archery_g01_c01.avi", "line 1: not as expected"),
        ("Archery/../v_Archery_g01_c01.avi", "line 1: not as expected"),
        ("Archery/v_Archery_g01_c01.avi/../x", "line 1: not as expected"),
        ("/Archery/v_Archery_g01_c01.avi", "line 1: not as expected"),
        ("Archery\\v_Archery_g01_c01.avi", "line 1: not as expected"),
        ("<html>", "line 1: not as expected"),
        ("Yodelling/v_Yodelling_g01_c01.avi", "is of no class"),
        ("Archery/v_Archery_g09_c01.avi", "listed twice"),
        ("Archery/v_Archery_g09_c03.avi", "is in train and in test"),
        ("", "no clip in the lists"),
    ],
)
def test_a_list_that_is_not_as_it_should_be_is_refused(tmp_path, line, said):
    changes = {"testlist01": line} | ({} if line else {"trainlist01": ""})
    with pytest.raises(AfterimageError, match=said):
        read_lists(unpacked(tmp_path / "lists", **changes), 1)


def test_a_zip_without_the_lists_is_named(tmp_path):
    path = tmp_path / SPLITS_ZIP
    path.write_bytes(official.splits_zip(official.names())[:500])
    with pytest.raises(AfterimageError, match="cannot read classInd"):
        read_lists(path, 1)
