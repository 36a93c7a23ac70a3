"""The small tools of the pipeline room: metrics, key, scratch, workers, whole files."""

import json
import multiprocessing
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from stages.common.errors import AfterimageError
from stages.common.files import link_or_copy, remove_remains, write_bytes, write_text, written_whole
from stages.pipeline import layout
from stages.pipeline.journal import Journal
from stages.pipeline.metrics import write_metrics, write_table
from stages.pipeline.processes import count
from stages.pipeline.run_key import secret_key
from stages.pipeline.scratch import digest
from stages.pipeline.workers import in_order, map_items, workers

DEMO = "a public demonstration key"


def test_metrics_are_rounded_and_end_with_a_line(tmp_path):
    write_metrics(
        tmp_path / "m.json", {"a": 1 / 3, "b": 2, "c": -0.0, "d": 1e-6, "g": {"x": 2 / 3}}
    )
    text = (tmp_path / "m.json").read_text()
    assert json.loads(text) == {"a": 0.333333, "b": 2, "c": 0.0, "d": 1e-6, "g": {"x": 0.666667}}
    assert text.endswith("}\n")
    assert "-0" not in text.replace("1e-06", "")


def test_a_metric_that_is_no_number_is_refused(tmp_path):
    with pytest.raises(ValueError, match="JSON"):
        write_metrics(tmp_path / "m.json", {"a": float("nan")})
    assert not list(tmp_path.iterdir())


def test_tables_are_csv(tmp_path):
    write_table(tmp_path / "t.csv", [{"id": "a, b", "z": 1 / 3}, {"id": "c", "z": 2.0}])
    table = pd.read_csv(tmp_path / "t.csv")
    assert table["id"].tolist() == ["a, b", "c"]
    assert table["z"].tolist() == [0.333333, 2.0]


def test_the_key_comes_from_the_environment_then_a_file_then_the_demonstration(
    tmp_path, monkeypatch, caplog
):
    monkeypatch.delenv("AFTERIMAGE_KEY", raising=False)
    monkeypatch.delenv("AFTERIMAGE_KEY_FILE", raising=False)
    assert secret_key(DEMO) == DEMO.encode()
    (tmp_path / "key").write_text("a key in a file, long enough\n")
    monkeypatch.setenv("AFTERIMAGE_KEY_FILE", str(tmp_path / "key"))
    assert secret_key(DEMO) == b"a key in a file, long enough"
    monkeypatch.setenv("AFTERIMAGE_KEY", "a key in the environment")
    assert secret_key(DEMO) == b"a key in the environment"
    assert "a key in" not in caplog.text


def test_a_bad_key_is_refused_and_never_shown(tmp_path, monkeypatch):
    monkeypatch.setenv("AFTERIMAGE_KEY", "secret, short")
    with pytest.raises(AfterimageError, match="AFTERIMAGE_KEY: the key has 13 bytes") as caught:
        secret_key(DEMO)
    assert "secret, short" not in str(caught.value)
    monkeypatch.delenv("AFTERIMAGE_KEY")
    monkeypatch.setenv("AFTERIMAGE_KEY_FILE", str(tmp_path / "none"))
    with pytest.raises(AfterimageError, match="none: No such file"):
        secret_key(DEMO)


def test_a_digest_is_of_everything():
    assert digest(1, {"a": 2, "b": 3}) == digest(1, {"b": 3, "a": 2})
    assert len({digest(1), digest(2), digest("1"), digest(1, 1), digest([1, 1])}) == 5


def test_the_number_of_workers_is_asked_for_or_the_processors(monkeypatch):
    monkeypatch.setenv("AFTERIMAGE_WORKERS", "3")
    assert count() == 3
    monkeypatch.setenv("AFTERIMAGE_WORKERS", "")
    assert count() >= 1
    for bad in ("0", "-1", "many", "1.5", "9999"):
        monkeypatch.setenv("AFTERIMAGE_WORKERS", bad)
        with pytest.raises(AfterimageError, match="AFTERIMAGE_WORKERS"):
            count()


def square(value: int) -> int:
    return value * value


def die(value: int) -> int:
    """End the process: by a signal if negative, else with a status."""
    if value < 0:
        os.kill(os.getpid(), -value)
        time.sleep(60)
    os._exit(value)


def test_results_come_in_the_order_of_the_items(monkeypatch):
    monkeypatch.setenv("AFTERIMAGE_WORKERS", "2")
    with workers() as pool:
        assert map_items(pool, square, list(range(23)), label="x") == [i * i for i in range(23)]


def test_only_a_few_items_are_on_their_way(monkeypatch):
    """However many there are: they are asked for when somebody can do them."""
    monkeypatch.setenv("AFTERIMAGE_WORKERS", "2")
    asked = 0
    done = 0
    most = 0

    def items() -> Iterator[int]:
        nonlocal asked, most
        for value in range(50):
            asked += 1
            most = max(most, asked - done)
            yield value

    def count_done() -> None:
        nonlocal done
        done += 1

    with workers() as pool:
        assert list(in_order(pool, square, items(), each=count_done)) == [i * i for i in range(50)]
    assert done == 50
    assert most <= 2 * 2 + 1


@pytest.mark.parametrize(
    ("how", "said"),
    [
        (9, "9: a worker process died (exit status 9); leave that clip out"),
        (-signal.SIGSEGV, "-11: a worker process died (SIGSEGV); leave that clip out"),
        (-signal.SIGKILL, "-9: a worker process died (killed, or out of memory); set AFTER"),
        (-signal.SIGTERM, "a worker process was ended by somebody else"),
    ],
)
def test_a_worker_that_dies_is_told_with_what_it_worked_on(monkeypatch, how, said):
    monkeypatch.setenv("AFTERIMAGE_WORKERS", "2")
    with pytest.raises(AfterimageError) as caught, workers() as pool:
        map_items(pool, die, [int(how)], label="x")
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_every_start_method_gives_the_same(monkeypatch, method):
    monkeypatch.setenv("AFTERIMAGE_START_METHOD", method)
    with workers() as pool:
        assert map_items(pool, square, [1, 2, 3], label="x") == [1, 4, 9]


def test_an_unknown_start_method_is_refused(monkeypatch):
    monkeypatch.setenv("AFTERIMAGE_START_METHOD", "clone")
    with pytest.raises(AfterimageError, match=r"'clone': must be one of .*spawn"), workers():
        pass


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


def test_a_journal_forgets_what_was_cut_off(tmp_path):
    path = tmp_path / "journal"
    journal = Journal(path)
    journal.add((1.0, 2.0), [3.0])
    journal.add((4.0,), [5.0])
    whole = path.read_bytes()
    for torn in (whole[:-1], whole[:-4], whole + b"[[6", whole + b"\0\0\xff\n" + whole):
        path.write_bytes(torn)
        again = Journal(path)
        assert again.get((1.0, 2.0)) == [3.0]
        again.add((4.0,), [5.0])
        assert Journal(path).get((4.0,)) == [5.0]


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/etc/x", "..", "a\0b"])
def test_no_name_of_a_clip_leads_out_of_the_data_folder(name):
    for place in (layout.clip, layout.compressed):
        with pytest.raises(AfterimageError, match="outside of data"):
            place(name)
    assert layout.clip("a/..b/c") == Path("data/clips/a/..b/c")


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
