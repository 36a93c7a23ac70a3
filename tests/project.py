"""A project small enough to be run many times over, through every stage, and what it made."""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import yaml

from tests.worktree import commit, copy_to, environment, run, set_params

# A few seconds a stage, and still every stage with something to do.
SMALL: dict[str, object] = {
    "fetch.width": 128,
    "fetch.height": 96,
    "fetch.max_frames": 12,
    "fetch.synthetic.natural": 4,
    "fetch.synthetic.simple": 1,
    "fetch.synthetic.frames": 12,
    "signature.harder": [17],
    "signature.closed_loop": 1,
    "optimize.clips": 2,
    "optimize.clips_per_candidate": 1,
    "optimize.population": 4,
    "optimize.generations": 2,
    "optimize.confirmations": 1,
    "validate.wrong_keys": 20,
    "sweep.crf": [40],
    "sweep.encoders": ["libx265"],
    "sweep.edits": ["shifted"],
    "baseline.methods": ["contrastive", "fixed_pattern"],
    "baseline.clips": 1,
    "baseline.test_clips": 1,
    "baseline.steps": 3,
    "baseline.wrong_keys": 10,
}


def small_project(folder: Path, changes: Mapping[str, object] | None = None) -> Path:
    """Copy the work tree, with small parameters, changed further, and with no outputs."""
    project = copy_to(folder)
    set_params(project, SMALL | dict(changes or {}))
    shutil.rmtree(project / "metrics", ignore_errors=True)
    (project / "dvc.lock").unlink(missing_ok=True)
    commit(project)
    return project


def copy(project: Path, target: Path) -> Path:
    """Copy a project with all that is in it."""
    shutil.copytree(project, target, symlinks=True)
    return target


def stages(project: Path) -> list[str]:
    """List the stages, each after those that it depends on."""
    listed = run(project, "dvc", "stage", "list", "--name-only").stdout.split()
    lines = run(project, "dvc", "repro", "--dry", "--force").stdout.splitlines()
    order = [line.split("'")[1] for line in lines if line.startswith("Running stage")]
    assert sorted(order) == sorted(listed)
    return order


def repro(project: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run ``dvc repro``; it may fail."""
    return run(project, "dvc", "repro", *arguments, check=False, env=environment(**env))


def bits(project: Path) -> dict[str, str]:
    """Return a digest of every output that the project made, by path."""
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
    """List files left half-written, or kept for a resumption that is over."""
    paths = [*project.glob("data/**/*.part"), *project.glob("metrics/**/*.part")]
    paths += project.glob(".*.part")
    paths += [path for path in project.glob(".scratch/**/*") if path.is_file()]
    return [path.relative_to(project).as_posix() for path in paths]


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
        """Count the encodes of a video so far."""
        return self._log.read_text(encoding="utf-8", errors="replace").count(" libx264")

    def calls(self) -> int:
        """Count the calls of ffmpeg to do something so far."""
        lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
        return sum("-version" not in line for line in lines if line.strip())


def bundled_ffmpeg() -> str:
    """Return the path of the ffmpeg that the stages use."""
    import imageio_ffmpeg

    return os.environ.get("IMAGEIO_FFMPEG_EXE") or str(imageio_ffmpeg.get_ffmpeg_exe())
