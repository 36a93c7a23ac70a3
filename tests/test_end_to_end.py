"""The pipeline as its users run it: real DVC, real codec, in a copy of the project."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from stages.signature.search.space import hand_set_vector, to_signature
from stages.sources.synthetic.drawing import SyntheticOffer
from tests.worktree import commit, environment, run, set_params, stage

METRICS = {
    "fetch": {"clips", "frames", "groups", "train_clips", "test_clips"},
    "compress": {"crf", "bitrate_kbps", "bits_per_pixel", "psnr_db", "ssim", "vmaf"},
    "optimize": {
        "evaluations",
        "generations",
        "objective_initial",
        "objective_best",
        "train_z_median",
        "train_z_min",
    },
    "validate": {
        "tpr",
        "tpr_ci_low",
        "tpr_ci_high",
        "fpr",
        "fpr_ci_high",
        "fpr_bound",
        "z_threshold",
        "z_median",
        "z_min",
        "auc",
        "psnr_db",
        "ssim",
        "vmaf",
        "bitrate_overhead",
        "clips",
        "frames_per_clip",
        "wrong_key_trials",
        "wrong_key_fpr",
        "ciede2000_median",
        "ciede2000_p999",
        "flicker_median",
        "flicker_p999",
    },
    "hash_drift": {
        "bits",
        "drift_median",
        "drift_p95",
        "drift_max",
        "impostor_min",
        "impostor_median",
        "threshold",
        "fnr",
        "fpr",
        "eer",
        "auc",
    },
    "sweep/crf40": {"crf", "bitrate_kbps", "signature", "fingerprint"},
    "sweep/libx265": {"crf", "bitrate_kbps", "signature", "fingerprint"},
    "sweep/shifted": {"crf", "bitrate_kbps", "signature", "fingerprint"},
    "baseline/contrastive": {"encodes", "crf", "proxy", "real", "mismatch_db", "harder"},
    "baseline/fixed_pattern": {"encodes", "crf", "proxy", "real", "mismatch_db", "harder"},
}
SWEEP = {"sweep@40", "sweep_encoder@libx265", "sweep_edit@shifted"}  # fmt: skip
BASELINES = {"baseline@contrastive", "baseline@fixed_pattern"}


def metrics(project: Path, name: str) -> dict[str, Any]:
    return dict(json.loads((project / "metrics" / f"{name}.json").read_text()))


def leaves(found: dict[str, Any]) -> list[float]:
    """The numbers in a metrics file, whatever they are grouped by."""
    return [
        leaf
        for value in found.values()
        for leaf in (leaves(value) if isinstance(value, dict) else [value])
    ]


def ran(repro: subprocess.CompletedProcess[str]) -> list[str]:
    """The stages that a ``dvc repro`` ran."""
    return [
        line.split("'")[1] for line in repro.stdout.splitlines() if line.startswith("Running stage")
    ]


def test_repro_runs_what_depends_on_a_change_and_nothing_else(small):
    first = run(small, "dvc", "repro")
    main_line = {"fetch", "compress", "optimize", "validate", "hash_drift"}
    assert set(ran(first)) == main_line | SWEEP | BASELINES | {"report"}
    for name, names in METRICS.items():
        found = metrics(small, name)
        assert names <= set(found)
        assert all(isinstance(value, int | float) for value in leaves(found))
    assert metrics(small, "validate")["psnr_db"] >= 45
    commit(small)

    assert ran(run(small, "dvc", "repro")) == []

    set_params(small, {"signature.harder": [10]})
    assert set(ran(run(small, "dvc", "repro"))) == {
        "optimize", "validate", "report", *SWEEP
    }  # fmt: skip

    set_params(small, {"signature.harder": [10], "sweep.crf": [40, 45]})
    assert ran(run(small, "dvc", "repro")) == ["sweep@45", "report"]
    assert "CRF 45" in (small / "report" / "index.html").read_text(encoding="utf-8")

    changed = run(small, "dvc", "exp", "run", "-S", "compress.crf=35")
    again = SWEEP | BASELINES | {"sweep@45", "report"}
    assert set(ran(changed)) == (main_line - {"fetch"}) | again
    assert metrics(small, "compress")["crf"] == 35
    diff = json.loads(run(small, "dvc", "metrics", "diff", "--json").stdout)
    assert diff["metrics/compress.json"]["crf"] == {"old": 28, "new": 35, "diff": 7}
    plots = json.loads(run(small, "dvc", "plots", "diff", "HEAD", "workspace", "--json").stdout)
    assert set(plots["data"]) == {"roc", "frontier", "convergence", "drift"}
    for (plot,) in plots["data"].values():
        assert set(plot["revisions"]) == {"HEAD", "workspace"}


def outputs(project: Path) -> dict[str, bytes]:
    return {
        name: (project / "data" / name).read_bytes()
        for name in ("signature.json", "optimize_history.csv")
    }


@pytest.fixture
def interruptible():
    """What a background job starts ignores Ctrl-C, unless somebody in between does not."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGINT])
def test_a_killed_search_ends_in_the_same_signature(small, blow):
    # Long enough not to be over when the blow comes.
    set_params(small, {"optimize.population": 16, "optimize.generations": 4})
    assert stage(small, "fetch").returncode == 0
    assert stage(small, "optimize").returncode == 0
    undisturbed = outputs(small)
    for name in undisturbed:
        (small / "data" / name).unlink()

    victim = subprocess.Popen(
        [sys.executable, "-m", "stages.optimize"], cwd=small, env=environment(),
        stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    journal = wait_for_lines(small / ".scratch" / "optimize", 4, victim)
    if blow == signal.SIGKILL:
        victim.kill()
    else:
        os.killpg(victim.pid, signal.SIGINT)
    _, complaint = victim.communicate()
    if blow == signal.SIGINT:
        assert victim.returncode == 130
        assert complaint.strip().splitlines()[-1].startswith("error: interrupted")
        assert "Traceback" not in complaint
    assert not (small / "data" / "signature.json").exists()

    before = len(journal.read_text().splitlines())
    assert stage(small, "optimize").returncode == 0
    assert before >= 4
    assert outputs(small) == undisturbed
    assert not (small / ".scratch" / "optimize").exists()


def wait_for_lines(folder: Path, count: int, process: subprocess.Popen[str]) -> Path:
    for _ in range(600):
        for journal in folder.glob("*.jsonl"):
            if len(journal.read_text().splitlines()) >= count:
                return journal
        assert process.poll() is None, "the search ended before it could be killed"
        time.sleep(0.05)
    raise AssertionError("the search made no progress")


def test_a_folder_of_videos_with_odd_names_and_bad_files(small):
    videos = small / "data" / "own"
    for index, name in enumerate(
        ["with space.mkv", "dog!!!.mkv", "ünïcödé 视频.mkv", "sub/NA.mkv"]
    ):
        (videos / name).parent.mkdir(exist_ok=True)
        SyntheticOffer("natural", index, 12, seed=4).store(videos / name)
    (videos / "text.mp4").write_text("no video")
    set_params(small, {"fetch.source": "folder"})
    done = run(small, "dvc", "repro")
    assert "skipped: text.mp4: " in done.stderr
    assert metrics(small, "fetch")["clips"] == 4
    assert metrics(small, "fetch")["skipped_clips"] == 1
    assert metrics(small, "validate")["clips"] >= 1
    stored = (small / "data" / "clips" / "dog!!!.mkv").read_bytes()
    assert stored == (videos / "dog!!!.mkv").read_bytes()

    set_params(small, {"fetch.strict": True})
    refused = stage(small, "fetch")
    assert refused.returncode == 1
    assert complaint(refused) == "error: text.mp4: moov atom not found"


def complaint(done: subprocess.CompletedProcess[str]) -> str:
    """The one line of a failed stage; a traceback is a failure of ours."""
    assert "Traceback" not in done.stderr, done.stderr
    return done.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("name", "changes", "said"),
    [
        (
            "fetch",
            {"fetch.source": "folder", "fetch.folder": "no where"},
            "fetch.folder: no where is not a folder",
        ),
        ("fetch", {"fetch.source": "folder"}, "fetch.folder: data/own holds no video file"),
        ("fetch", {"fetch.synthetic.natural": 1}, "fetch.synthetic.natural = 1: must be"),
        ("fetch", {"fetch.synthetic.natural": 0}, "fetch.synthetic.natural = 0: must be"),
        ("compress", {"compress.crf": 99}, "compress.crf = 99: must be from 0 to 51 for libx264"),
        ("compress", {"compress.encoder": "xvid"}, "compress.encoder = 'xvid'"),
        ("compress", {"compress.cfr": 28}, "unknown key compress.cfr (did you mean crf?)"),
        ("optimize", {"optimize.seed": 0}, "optimize.seed = 0"),
        ("validate", {}, "data/clips.csv: cannot read the manifest"),
        ("report", {}, "data/drift.csv: No such file or directory; `dvc repro` or `dvc checkout`"),
    ],
)
def test_a_mistake_is_told_in_one_line(small, name, changes, said):
    set_params(small, changes)
    done = stage(small, name)
    assert done.returncode == 1
    assert said in complaint(done)
    assert complaint(done).startswith("error: ")
    assert not list((small / "metrics").glob("*.json"))


def test_a_short_key_is_refused_without_showing_it(small):
    assert stage(small, "fetch").returncode == 0
    assert stage(small, "compress").returncode == 0
    (small / "data" / "signature.json").write_text(
        to_signature(hand_set_vector(), "balanced").to_json()
    )
    done = stage(small, "validate", AFTERIMAGE_KEY="too short")
    assert complaint(done) == "error: AFTERIMAGE_KEY: the key has 9 bytes, at least 16 needed"


def test_a_missing_clip_is_named(small):
    assert stage(small, "fetch").returncode == 0
    (small / "data" / "clips" / "natural_001.mkv").unlink()
    done = stage(small, "compress")
    assert done.returncode == 1
    assert "natural_001.mkv" in complaint(done)


def test_a_full_disk_is_told_in_one_line_and_leaves_nothing_half_written(small, tiny_disk):
    clips = small / "data" / "clips"
    clips.symlink_to(tiny_disk, target_is_directory=True)
    set_params(small, {"fetch.synthetic.natural": 12, "fetch.synthetic.frames": 40})
    done = stage(small, "fetch")
    assert done.returncode == 1
    assert "No space left on device; free some space" in complaint(done)
    assert not (small / "data" / "clips.csv").exists()
    assert not list(tiny_disk.glob(".*"))


def test_the_readme_shows_the_committed_metrics():
    from tests.worktree import ROOT

    run(ROOT, sys.executable, "-m", "stages.commands.readme", "--check")
