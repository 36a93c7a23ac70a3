"""The stages on a cluster; `make cluster-check` does it between machines, and kills some."""

import logging
import os
import shutil
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from stages import compress, fetch, hash_drift, optimize, validate
from stages.common.errors import AfterimageError
from stages.pipeline import parcel
from stages.pipeline.params.file import load_params
from stages.pipeline.parcel import Returned, carry_out, put_away
from stages.pipeline.workers import SCHEDULER, in_order, workers
from tests.cluster.versions import installed_otherwise
from tests.project import small_project
from tests.worktree import ROOT, environment, run

# A stage or two in a test that runs them twice.
SMALLER = {
    "fetch.synthetic.natural": 3,
    "fetch.synthetic.simple": 0,
    "fetch.max_frames": 8,
    "signature.closed_loop": 0,
    "optimize.clips": 1,
    "optimize.population": 4,
    "optimize.generations": 1,
    "validate.wrong_keys": 5,
}


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A scheduler with two workers, and a third one of another version."""
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    from tests.cluster.processes import cluster

    folder = tmp_path_factory.mktemp("cluster")
    with cluster(folder, ROOT, ROOT, installed_otherwise(folder / "other version")) as scheduler:
        yield scheduler


@pytest.fixture
def on_cluster(address, monkeypatch, tmp_path):
    monkeypatch.setenv(SCHEDULER, address)
    monkeypatch.chdir(tmp_path)


def outputs(project: Path) -> dict[str, bytes]:
    """Every file that the stages made."""
    paths = [*project.glob("data/**/*"), *project.glob("metrics/**/*")]
    return {str(path.relative_to(project)): path.read_bytes() for path in paths if path.is_file()}


def run_stages(project: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    monkeypatch.chdir(project)
    for stage in (fetch, compress, optimize, validate, hash_drift):
        stage.main(load_params())
    return outputs(project)


def test_a_cluster_gives_the_bits_of_this_machine(address, tmp_path, monkeypatch, caplog):
    here, there = (small_project(tmp_path / name, SMALLER) for name in ("here", "there"))
    monkeypatch.setenv("AFTERIMAGE_START_METHOD", "fork")
    expected = run_stages(here, monkeypatch)
    assert {"data/scores.csv", "data/drift.csv", "data/signature.json"} <= expected.keys()
    monkeypatch.setenv(SCHEDULER, address)
    with caplog.at_level(logging.WARNING):
        assert run_stages(there, monkeypatch) == expected
    assert "refused: project is" in caplog.text


@pytest.mark.usefixtures("on_cluster")
def test_a_worker_of_another_version_gets_nothing_to_do():
    with workers() as pool:
        list(in_order(pool, time.sleep, [0.05] * 12))
        tasks = [partial(time.sleep, 0.02) for _ in range(12)]
        for done in [pool.submit(task) for task in tasks]:
            done.result()


@pytest.mark.usefixtures("on_cluster")
def test_files_go_with_a_task_and_come_back(tmp_path):
    source, target = Path("a/in"), Path("b c/out")
    source.parent.mkdir()
    source.write_bytes(b"content")
    (tmp_path / "b c").mkdir()
    with workers() as pool:
        pool.submit_reading([source], os.makedirs, "b c").result()
        pool.submit_reading([source], os.link, str(source), "out").result()
        with pytest.raises(FileNotFoundError):
            pool.submit(os.stat, str(source)).result()
    assert Path("out").read_bytes() == b"content"
    assert not target.exists()


def test_a_worker_writes_nothing_that_it_keeps_to_its_disk(address, tmp_path):
    """A function that the workers share may hold the key; Dask would write it as memory gets short.

    The variable is what an administrator of Dask would set.
    """
    import distributed

    from tests.cluster.processes import started

    worker = ("stages.commands.worker", address, "--processes", "1")
    with distributed.Client(address, set_as_default=False) as client:
        before = set(client.scheduler_info(n_workers=-1)["workers"])
        with started(
            tmp_path / "spilling", *worker, DASK_DISTRIBUTED__WORKER__MEMORY__SPILL="0.01"
        ):
            client.wait_for_workers(len(before) + 1, timeout=60)
            stores = client.run(lambda dask_worker: type(dask_worker.data).__name__)
    assert len(stores) == len(before) + 1
    assert set(stores.values()) == {"dict"}


@pytest.mark.usefixtures("on_cluster")
def test_a_task_that_ends_its_workers_is_told_in_one_line():
    with (
        pytest.raises(AfterimageError, match="9: every worker that had it died"),
        workers() as pool,
    ):
        pool.submit(time.sleep, 0)
        list(in_order(pool, os._exit, [9]))


def test_a_scheduler_without_the_project_is_told(tmp_path, monkeypatch):
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    from tests.cluster.processes import cluster

    # The project may be installed; what its name leads to there cannot be loaded.
    (tmp_path / "stages").mkdir()
    (tmp_path / "stages" / "__init__.py").write_text("raise ImportError('not here')\n")
    with cluster(tmp_path, ROOT, of_scheduler=tmp_path) as scheduler:
        monkeypatch.setenv(SCHEDULER, scheduler)
        with (
            pytest.raises(AfterimageError, match="the scheduler does not understand"),
            workers() as pool,
        ):
            pool.submit(os.getpid).result()


def test_where_nobody_answers_the_address_is_told(monkeypatch):
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    from stages.pipeline import cluster

    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 0.2)
    monkeypatch.setenv(SCHEDULER, "tcp://127.0.0.1:1")
    with pytest.raises(AfterimageError, match=r"'tcp://127.0.0.1:1': no scheduler"), workers():
        pass
    for wrong in ("127.0.0.1:8786", "gopher://127.0.0.1:1", "tcp://host", "yes"):
        monkeypatch.setenv(SCHEDULER, wrong)
        with pytest.raises(AfterimageError, match=f"'{wrong}': must be tcp://"), workers():
            pass
    monkeypatch.setenv(SCHEDULER, "tls://127.0.0.1:1")
    with pytest.raises(AfterimageError, match=r"tls://\S+ tls:// needs certificates"), workers():
        pass


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["gopher://127.0.0.1:1"], "scheduler = 'gopher://127.0.0.1:1': must be tcp://"),
        (["tls://127.0.0.1:1"], "scheduler = 'tls://127.0.0.1:1': tls:// needs certificates"),
        # An address of documentation (RFC 5737), which no machine has.
        (["tcp://127.0.0.1:1", "--host", "192.0.2.1"], "tcp://127.0.0.1:1: no work can be had"),
    ],
)
def test_a_worker_that_cannot_start_says_why_in_one_line(tmp_path, arguments, said):
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    done = run(
        tmp_path, sys.executable, "-m", "stages.commands.worker", *arguments, check=False,
        env=environment(PYTHONPATH=str(ROOT)),
    )  # fmt: skip
    assert done.returncode == 1
    assert f"error: {said}" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_a_parcel_is_done_in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    returned = carry_out(shutil.copyfile, ("x/in", "out"), {}, ["x/in"], b"content")
    assert returned == Returned("out", {"out": b"content"})
    assert not list(tmp_path.iterdir())
    assert put_away(returned) == "out"
    assert (tmp_path / "out").read_bytes() == b"content"


@pytest.mark.parametrize("name", ["/etc/x", "../x", "a/../../x"])
def test_no_file_travels_from_or_to_outside_the_project(name):
    with pytest.raises(AfterimageError, match="only files in it travel"):
        carry_out(int, (), {}, [name], b"")
    with pytest.raises(AfterimageError, match="only files in it travel"):
        put_away(Returned(None, {name: b""}))


def test_what_is_too_large_to_travel_is_told(monkeypatch):
    monkeypatch.setattr(parcel, "MOST_BYTES", 6)
    with pytest.raises(AfterimageError, match="what the task left: 0 MB"):
        carry_out(shutil.copyfile, ("in", "out"), {}, ["in"], b"content")
