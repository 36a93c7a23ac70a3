"""A project small enough to be run many times over, through every stage, and what it made."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import yaml

from tests.worktree import commit, copy_to, environment, run

PARAMS: dict[str, dict[str, Any]] = {
    "fetch": {"width": 128, "height": 96, "max_frames": 12},
    "signature": {"harder": [17], "closed_loop": 1},
    "optimize": {
        "clips": 2,
        "clips_per_candidate": 1,
        "population": 4,
        "generations": 2,
        "confirmations": 1,
    },
    "validate": {"wrong_keys": 20},
    "sweep": {"crf": [40], "encoders": ["libx265"], "edits": ["shifted"]},
    "baseline": {"methods": ["contrastive"], "clips": 1, "test_clips": 1, "steps": 3},
}
SYNTHETIC = {"natural": 4, "simple": 1, "frames": 12}


def small_project(folder: Path, /, **fetch: Any) -> Path:
    """The work tree with small parameters and nothing made yet; ``fetch`` changes that section."""
    project = copy_to(folder)
    path = project / "params.yaml"
    params = yaml.safe_load(path.read_text(encoding="utf-8"))
    for name in PARAMS.keys() & params.keys():
        params[name] |= PARAMS[name]
    params["fetch"]["synthetic"] |= SYNTHETIC
    params["fetch"] |= fetch
    path.write_text(yaml.safe_dump(params), encoding="utf-8")
    shutil.rmtree(project / "metrics", ignore_errors=True)
    (project / "dvc.lock").unlink(missing_ok=True)
    commit(project)
    return project


def copy(project: Path, target: Path) -> Path:
    """Another project in the same state, sharing nothing."""
    shutil.copytree(project, target, symlinks=True)
    return target


def stages(project: Path) -> list[str]:
    """The stages, each after what it depends on."""
    listed = run(project, "dvc", "stage", "list", "--name-only").stdout.split()
    lines = run(project, "dvc", "repro", "--dry", "--force").stdout.splitlines()
    order = [line.split("'")[1] for line in lines if line.startswith("Running stage")]
    assert sorted(order) == sorted(listed)
    return order


def repro(project: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run ``dvc repro``; it may fail."""
    return run(project, "dvc", "repro", *arguments, check=False, env=environment(**env))


def bits(project: Path) -> dict[str, str]:
    """A digest of every output that the project made, by path."""
    lock = yaml.safe_load((project / "dvc.lock").read_text(encoding="utf-8"))
    outs = [out for stage in lock["stages"].values() for out in stage.get("outs", [])]
    for out in outs:
        assert (project / out["path"]).exists(), f"{out['path']} is not there"
    metrics = sorted((project / "metrics").rglob("*.json"))
    return {out["path"]: out["md5"] for out in outs} | {
        path.relative_to(project).as_posix(): hashlib.md5(path.read_bytes()).hexdigest()  # noqa: S324
        for path in metrics
    }


def remains(project: Path) -> list[str]:
    """What was left behind half-written, or kept for a resumption that is over."""
    found = [*project.glob("data/**/*.part"), *project.glob("metrics/**/*.part")]
    found += project.glob(".*.part")
    found += [path for path in project.glob(".scratch/**/*") if path.is_file()]
    return [path.relative_to(project).as_posix() for path in found]


class CountedFfmpeg:
    """A stand-in for the bundled ffmpeg that notes each call, and runs it.

    The stages find it through ``IMAGEIO_FFMPEG_EXE``; ``before`` is shell code that may change the
    arguments first.
    """

    def __init__(self, folder: Path, real: str, before: str = "") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._log = folder / "calls"
        self._log.touch()
        script = folder / "ffmpeg"
        # One write a call: calls at the same time must not share a line.
        note = f'line=$(echo "$*" | tr "\\n" " "); echo "$line" >> "{self._log}"'
        script.write_text(f'#!/bin/sh\n{note}\n{before}\nexec "{real}" "$@"\n', encoding="utf-8")
        script.chmod(0o755)
        self.environment = {"IMAGEIO_FFMPEG_EXE": str(script)}

    def encodes(self) -> int:
        """How often a video was encoded so far."""
        return self._log.read_text(encoding="utf-8", errors="replace").count(" libx264")

    def calls(self) -> int:
        """How often ffmpeg was called to do something so far."""
        lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
        return sum("-version" not in line for line in lines if line.strip())


def bundled_ffmpeg() -> str:
    """The ffmpeg that the stages use if nothing else is asked for."""
    import imageio_ffmpeg

    asked = os.environ.get("IMAGEIO_FFMPEG_EXE")
    return asked or str(imageio_ffmpeg.get_ffmpeg_exe())
