"""Records that are found by their names: whatever is wrong with one is told in one line."""

import importlib
import sys

import pytest

from stages.common import records
from stages.common.errors import AfterimageError

GOOD = 'RECORD = "the record"\n'


@pytest.fixture
def room(tmp_path, monkeypatch):
    """A room with two records, a file each, and modules and folders that are none."""
    folder = tmp_path / "stages"
    room = folder / "trial" / "room"
    (room / "large").mkdir(parents=True)
    for place in (folder, folder / "trial", room, room / "large"):
        (place / "__init__.py").touch()
    (room / "small-one.py").write_text(GOOD)
    (room / "large" / "record.py").write_text(GOOD)
    (room / "plain.py").write_text(f"from stages.trial.room.shared import x\n{GOOD}")
    (room / "version.2.py").write_text(GOOD)
    (room / "shared.py").write_text("x = 'No RECORD, though it names one.'\n")
    (room / "no_record").mkdir()
    monkeypatch.setattr(records, "_ROOT", folder)
    import stages

    monkeypatch.setattr(stages, "__path__", [*stages.__path__, str(folder)])
    importlib.invalidate_caches()
    yield room
    for name in [name for name in sys.modules if name.startswith("stages.trial")]:
        del sys.modules[name]
    vars(stages).pop("trial", None)


def test_records_are_found_by_name(room):
    assert records.names("trial.room") == ("plain", "small-one")
    for name in records.names("trial.room"):
        assert records.record("trial.room", name, str) == "the record"


def test_in_a_room_of_folders_a_record_is_a_folder(room, monkeypatch):
    monkeypatch.setattr(records, "_FOLDERS", {"trial.room"})
    assert records.names("trial.room") == ("large",)
    assert records.record("trial.room", "large", str) == "the record"


def test_a_file_that_is_added_is_there_at_once(room):
    (room / "new.py").write_text(GOOD)
    assert "new" in records.names("trial.room")
    assert records.record("trial.room", "new", str) == "the record"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("RECORD = (", r"SyntaxError: '\(' was never closed"),
        ("import no_such_module\nRECORD = 1", "ModuleNotFoundError: No module named"),
        ("RECORD = 1 / 0", "ZeroDivisionError: division by zero"),
        ("RECORD = str.no_such_thing()", "AttributeError: .*no_such_thing"),
    ],
)
def test_a_file_that_does_not_load_is_named(room, text, said):
    (room / "broken.py").write_text(text)
    with pytest.raises(AfterimageError) as caught:
        records.record("trial.room", "broken", str)
    caught.match(rf"^stages/trial/room: broken cannot be loaded: {said}")
    assert "\n" not in str(caught.value)
    # It spoils no other.
    assert records.record("trial.room", "plain", str) == "the record"


def test_a_record_of_another_kind_is_named(room):
    with pytest.raises(AfterimageError, match=r"^stages/trial/room: plain has no RECORD of the "):
        records.record("trial.room", "plain", int)


@pytest.mark.parametrize(
    "name", ["none", "shared", "large", "__init__", "", "version.2", "../room/plain"]
)
def test_an_unknown_name_is_told_with_those_that_are_known(room, name):
    with pytest.raises(AfterimageError) as caught:
        records.record("trial.room", name, str)
    assert str(caught.value) == f"stages/trial/room: no {name!r} there; known: plain, small-one"


def test_a_room_without_records_has_no_names(room):
    assert records.names("trial") == ()
