"""Finished results of a search, replayed after a kill."""

import json

import pytest

from stages.pipeline.journal import Journal

KEYS = [["loop", "a/clip", [0.1, 2.0]], {"clip": "a", "generation": 1}, "confirmed", 7, None]


@pytest.mark.parametrize("key", KEYS)
def test_a_result_is_known_by_its_key_after_a_restart(tmp_path, key):
    journal = Journal(tmp_path / "journal")
    assert journal.get(key) is None
    journal.add(key, [3.0, {"z": 0.1}])
    for known in (journal, Journal(tmp_path / "journal")):
        assert known.get(key) == [3.0, {"z": 0.1}]
        assert [other for other in KEYS if known.get(other)] == [key]


def test_a_key_is_the_same_however_it_is_written(tmp_path):
    journal = Journal(tmp_path / "journal")
    journal.add({"clip": "a", "vector": (0.1, 1 / 3)}, 1)
    assert journal.get({"vector": [0.1, 1 / 3], "clip": "a"}) == 1
    assert journal.get({"vector": [0.1, 0.3333333333333333], "clip": "a"}) == 1
    assert journal.get({"vector": [0.1, 0.333333333333333], "clip": "a"}) is None


def test_a_journal_forgets_what_was_cut_off(tmp_path):
    path = tmp_path / "journal"
    journal = Journal(path)
    journal.add(["a", [1.0, 2.0]], [3.0])
    journal.add({"b": 4.0}, [5.0])
    whole = path.read_text()
    first = len(whole.splitlines()[0])
    for cut in range(len(whole)):
        path.write_text(whole[:cut])
        Journal(path).add("c", [9.0])
        again = Journal(path)
        assert again.get("c") == [9.0]
        assert (again.get(["a", [1.0, 2.0]]) == [3.0]) == (cut >= first)
        assert (again.get({"b": 4.0}) == [5.0]) == (cut >= len(whole) - 1)
        assert all(json.loads(line) for line in path.read_text().splitlines())


@pytest.mark.parametrize("remains", ["[[6", "\0\0\n", "7\n", "[1, 2, 3]\n"])
def test_what_is_no_line_of_a_journal_ends_it(tmp_path, remains):
    path = tmp_path / "journal"
    Journal(path).add("a", 1)
    whole = path.read_text()
    path.write_text(whole + remains + '["b", 2]\n')
    journal = Journal(path)
    assert (journal.get("a"), journal.get("b")) == (1, None)
    assert path.read_text() == whole
