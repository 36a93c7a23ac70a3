"""The stage as its users run it, against a real server."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

import pandas as pd
import pytest

from stages.sources.ucf101.lists import SPLITS_ZIP
from tests.sources.ucf101 import official, site
from tests.sources.ucf101.site import Site, serving
from tests.worktree import environment, run, set_params, stage

CLIPS = official.names()


@pytest.fixture
def server():
    with serving(Site(official.contents(CLIPS))) as site:
        yield site


def ask(project, server, **changes):
    settings = {"base_url": server.url, "retries": 1} | changes
    set_params(project, {f"fetch.ucf101.{name}": value for name, value in settings.items()})
    set_params(project, {"fetch.source": "ucf101"})


def fetch(project):
    """Run the stage, and read the manifest."""
    done = stage(project, "fetch")
    assert done.returncode == 0, done.stderr
    return pd.read_csv(project / "data" / "clips.csv", dtype=str)


def test_the_manifest_says_class_group_clip_number_and_official_split(worktree, server):
    ask(worktree, server, clips_per_class="all")
    table = fetch(worktree)
    assert sorted(table["id"]) == sorted(
        f"{class_name}/{name}" for name, class_name in CLIPS.items()
    )
    for clip in table.to_dict("records"):
        name = clip["path"].rpartition("/")[2]
        group, number = int(name[-10:-8]), int(name[-6:-4])
        assert clip["class_name"] == CLIPS[name]
        assert clip["group"] == f"{CLIPS[name]}_g{group:02}"
        assert clip["clip_number"] == str(number)
        assert clip["split"] == ("test" if group <= 7 else "train")
        assert (worktree / clip["path"]).read_bytes() == official.clip(name)
    metrics = json.loads((worktree / "metrics" / "fetch.json").read_text())
    assert (metrics["clips"], metrics["groups"], metrics["test_clips"]) == (48, 24, 24)


def sizes(paths):
    """Sizes of files that may be gone by now."""
    for path in paths:
        with suppress(FileNotFoundError):
            yield path.stat().st_size


def test_a_kill_loses_no_finished_clip(worktree, server):
    ask(worktree, server, clips_per_class=4, connections=2)
    server.faults = {name: [site.slowly(0.01)] for name in CLIPS}
    clips = worktree / "data" / "ucf101" / "clips"
    with subprocess.Popen(
        [sys.executable, "-m", "stages.fetch"], cwd=worktree, env=environment(),
        stderr=subprocess.DEVNULL, start_new_session=True,
    ) as victim:  # fmt: skip
        try:
            for _ in range(6000):
                if len(list(clips.glob("*.avi"))) >= 5 and any(sizes(clips.glob("*.part"))):
                    break
                assert victim.poll() is None, "ended before it could be killed"
                time.sleep(0.01)
        finally:
            os.killpg(victim.pid, signal.SIGKILL)
    finished = {path.name for path in clips.glob("*.avi")}
    begun = {path.name.removesuffix(".part"): path.stat().st_size for path in clips.glob("*.part")}
    assert 5 <= len(finished) < 16
    before = len(server.requests)
    assert len(fetch(worktree)) == 16
    again = {request.name: request.range for request in server.requests[before:]}
    assert not again.keys() & finished
    assert begun
    assert {name: f"bytes={size}-" for name, size in begun.items() if size}.items() <= again.items()


def test_one_side_alone_is_refused_in_one_line(worktree, server):
    ask(worktree, server, classes=["Archery"], clips_per_class=1)
    done = stage(worktree, "fetch")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert "none of the 1 clips is on the official t" in line
    assert not (worktree / "data" / "clips.csv").exists()


def test_dvc_leaves_the_store_alone(worktree, server):
    ask(worktree, server, classes=["Archery", "Punch"], clips_per_class=2)
    fetch(worktree)
    assert len(server.requests) == 5
    assert "Running stage 'fetch'" in run(worktree, "dvc", "repro", "fetch").stdout
    assert len(server.requests) == 5
    untracked = run(worktree, "git", "status", "--short", "data").stdout.split()
    assert untracked == ["??", "data/ucf101.sha256"]


def test_genuine_clips(worktree, real_clips):
    """The five genuine clips of UCF101, all of groups 1 to 7, beside generated ones of group 9."""
    genuine = {path.name: path.read_bytes() for path in real_clips if "_g0" in path.name}
    if len(genuine) < 2:
        pytest.skip("no genuine clips of UCF101")
    clips = {name: name.split("_")[1] for name in genuine}
    generated = official.names(classes=sorted(set(clips.values())), groups=(9,), numbers=(1,))
    contents = official.contents(generated | clips) | genuine
    with serving(Site(contents)) as server:
        ask(worktree, server, clips_per_class="all")
        table = fetch(worktree).set_index("id")
        assert {request.name for request in server.requests} == {*clips, *generated, SPLITS_ZIP}
    for name, class_name in clips.items():
        assert table.loc[f"{class_name}/{name}", "split"] == "test"
        assert table.loc[f"{class_name}/{name}", "frames"] == "60"
        assert (worktree / "data" / "clips" / class_name / name).read_bytes() == genuine[name]
    assert (table["split"] == "train").sum() == len(generated)
