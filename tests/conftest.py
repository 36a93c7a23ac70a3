"""Footage for the tests: drawn clips for everyone, real ones where they are there."""

import os
import subprocess
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from stages.sources.synthetic.drawing import SyntheticOffer, draw
from stages.video.clips import Clip
from stages.video.frames import Frames
from tests.project import small_project
from tests.worktree import ROOT, copy_to

NOT_VIDEO = {".csv", ".md"}
# Whole pipelines, minutes each.
LONG = ("tests/test_end_to_end.py", "tests/robustness/test_samples.py", "tests/cluster/")
SMALL_FRAMES = 24


def footage(variable: str, default: str) -> list[Path]:
    """The videos of a folder, or a skip with the reason."""
    folder = Path(os.environ.get(variable, ROOT / default))
    if not folder.is_dir():
        pytest.skip(f"no real footage: {folder} is missing; set {variable}")
    return sorted(path for path in folder.iterdir() if path.suffix not in NOT_VIDEO)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest: one process must not be left with it in the end."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


@pytest.fixture(scope="session")
def real_clips() -> list[Path]:
    """Real clips that decode."""
    return footage("AFTERIMAGE_TEST_CLIPS", "../shared/clips")


@pytest.fixture(scope="session")
def bad_clips() -> dict[str, Path]:
    """Real files that break decoders, by name."""
    paths = footage("AFTERIMAGE_TEST_BAD_CLIPS", "../shared/clips_bad")
    return {path.name: path for path in paths}


@pytest.fixture(scope="session")
def natural() -> Frames:
    """A drawn natural clip of 32 frames."""
    return draw("natural", 3, 32, seed=5)


@pytest.fixture(scope="session")
def small_clips(tmp_path_factory) -> tuple[Clip, ...]:
    """Three drawn clips, 160x112."""
    folder = tmp_path_factory.mktemp("clips")
    clips = []
    for index in range(3):
        path = folder / f"{index}.mkv"
        SyntheticOffer("natural", index, SMALL_FRAMES, seed=11).store(path)
        clips.append(
            Clip(
                id=f"clip {index}", path=str(path), kind="natural", group=str(index),
                class_name="", clip_number="", split="train", width=160, height=112,
                fit="crop", fps="25", frames=SMALL_FRAMES, sha256="",
            )
        )  # fmt: skip
    return tuple(clips)


@pytest.fixture
def worktree(tmp_path: Path) -> Path:
    """A copy of the project in a Git repository of its own."""
    return copy_to(tmp_path / "project")


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A project that is small enough to be run, with nothing made yet."""
    return small_project(tmp_path / "project")


@pytest.fixture
def tiny_disk(tmp_path):
    """A file system of 2 MB."""
    mount = tmp_path / "disk"
    mount.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(mount)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("needs root, to mount a tiny file system")
    yield mount
    subprocess.run(["umount", "-l", str(mount)], check=True)


def constant(y: int, frames: int = 4, width: int = 64, height: int = 64) -> Frames:
    """A grey clip."""
    i420 = np.full((frames, height * 3 // 2, width), 128, np.uint8)
    i420[:, :height] = y
    return Frames(i420, Fraction(25))
