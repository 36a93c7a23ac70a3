"""A thing that is added touches one file and `params.yaml`, and makes only its own row run."""

import json
import sys
from pathlib import Path

import pytest
import yaml

from tests.reproduction import stale_entries
from tests.worktree import ROOT, commit, run

EDIT = '''"""Upside down."""

import numpy as np

from stages.video.edit import Edit
from stages.video.frames import Frames


def turned(frames: Frames) -> Frames:
    """Exchange top and bottom."""
    turned = Frames(frames.i420.copy(), frames.fps)
    for plane in ("Y", "U", "V"):
        turned.plane(plane)[:] = np.flip(frames.plane(plane), axis=1)
    return turned


RECORD = Edit(label="upside down, {first}", before=turned)
'''

SCHEME = '''"""No mark at all, and a detector that always says so."""

from stages.baselines.method import Method, Prepared
from stages.baselines.task import Task
from stages.contest.scheme import Detection


class Nothing:
    """A watermark that is none."""

    threshold, false_positive_bound = 1.0, 1.0

    def mark(self, frames, key, *, clip_id):
        """Return the video as it is."""
        return frames

    def detect(self, frames, key):
        """Find nothing."""
        return Detection(0.0, 1.0)

    def detect_chance(self, frames, keys):
        """Find nothing under any key."""
        return [self.detect(frames, key) for key in keys]


def prepare(task: Task) -> Prepared:
    """Need nothing."""
    return Prepared(Nothing())


RECORD = Method("nothing", prepare)
'''


ENCODER = '''"""VP8."""

from stages.video.encoder import Encoder

RECORD = Encoder(
    name="libvpx",
    max_crf=63,
    pixel_formats=("yuv420p",),
    speeds=(5, 5, 5, 5, 5, 4, 2, 1, 0),
    speed_option="cpu-used",
    pinned={"b:v": "10M", "deadline": "good"},
    file_options={"b:v": "10M", "deadline": "good"},
    file_crf=10,
    containers=(".mkv", ".webm"),
)
'''

# A trial of each record that is added, in the project that it was added to.
DRAWN = """
import numpy as np
from stages.sources.synthetic.drawing import draw
frames = draw("natural", 1, 4, seed=1)
"""
EDITED = """
from stages.video.edit import edit
turned = edit("upside_down").apply(frames)
assert np.array_equal(turned.plane("Y"), frames.plane("Y")[:, ::-1])
"""
ENCODED = """
from stages.video.codec import Codec
from stages.video.quality import psnr_rgb
mild, hard = (psnr_rgb(frames, Codec("libvpx", crf).round_trip(frames)) for crf in (4, 63))
assert mild > hard > 10
"""
MADE = """
from stages.baselines.method import Method
from stages.common.records import record
scheme = record("schemes", "nothing", Method).prepare(None).scheme
assert scheme.mark(frames, b"key", clip_id="clip") is frames
assert scheme.detect(frames, b"key").score < scheme.threshold
"""


def add(project: Path, path: str, text: str, section: str, name: str) -> None:
    """Add a record to a copy of the project, and ask for it in ``params.yaml``.

    A line of the list changes; comments and all else stay.
    """
    (project / path).write_text(text, encoding="utf-8")
    params = project / "params.yaml"
    group, key = section.split(".")
    lines = params.read_text(encoding="utf-8").splitlines(keepends=True)
    start = lines.index(f"{group}:\n")
    index = next(
        number for number in range(start, len(lines)) if lines[number].startswith(f"  {key}: [")
    )
    lines[index] = lines[index].replace("]", f", {name}]")
    params.write_text("".join(lines), encoding="utf-8")
    assert name in yaml.safe_load("".join(lines))[group][key]


def named_by_status(project: Path) -> set[str]:
    """Return the stages that ``dvc status`` finds changed, but for data that is not here."""
    return {entry.split(":")[0] for entry in stale_entries(project)}


@pytest.mark.parametrize(
    ("path", "content", "section", "row"),
    [
        ("stages/edits/upside_down.py", (EDIT, EDITED), "sweep.edits", "sweep_edit@upside_down"),
        ("stages/encoders/libvpx.py", (ENCODER, ENCODED), "sweep.encoders", "sweep_encoder@libvpx"),
        ("stages/schemes/nothing.py", (SCHEME, MADE), "baseline.methods", "baseline@nothing"),
    ],
)
def test_a_record_that_is_added_works_and_makes_its_own_row_run_and_the_report(
    worktree, path, content, section, row
):
    text, trial = content
    add(worktree, path, text, section, Path(path).stem)
    commit(worktree)
    assert named_by_status(worktree) == {row, "report"}
    load = "from stages.pipeline.params.file import load_params; load_params()"
    run(worktree, sys.executable, "-c", f"{load}\n{DRAWN}{trial}")


EVERYTHING = {
    "fetch", "compress", "optimize", "validate", "hash_drift", "sweep", "sweep_encoder",
    "sweep_edit", "baseline", "report",
}  # fmt: skip
SWEEPS = {"sweep", "sweep_encoder", "sweep_edit"}
# The stages that a change makes run, before what follows from their data.
RUNS = {
    "stages/common/files.py": EVERYTHING,
    "stages/pipeline/stage.py": EVERYTHING,
    "stages/video/frames.py": EVERYTHING,
    "stages/sources/synthetic/drawing.py": {"fetch"},
    "stages/sources/folder/record.py": set[str](),
    "stages/sources/ucf101/record.py": set[str](),
    "stages/encoders/libx264.py": EVERYTHING - {"fetch", "hash_drift", "sweep_encoder"},
    "stages/encoders/libx265.py": {"sweep_encoder"},
    "stages/edits/grey.py": {"sweep_edit", "report"},
    "stages/schemes/cmaes.py": {"baseline"},
    "stages/signature/embed/embed.py": {"optimize", "validate", *SWEEPS, "baseline", "report"},
    "stages/signature/search/evolution.py": {
        "optimize", "validate", *SWEEPS, "baseline", "report",
    },
    "stages/fingerprint/distance.py": {"hash_drift", *SWEEPS},
    "stages/fingerprint/recipes/classic.py": {"hash_drift", *SWEEPS},
    "stages/contest/rates.py": {"validate", *SWEEPS, "baseline"},
    "stages/baselines/proxy.py": {"baseline"},
    "stages/page/theme.py": {"report"},
    "stages/own/mark_file.py": set[str](),
    "stages/commands/worker.py": set[str](),
}  # fmt: skip

# Prints the code that each stage depends on, with all names put in.
RESOLVED = """
import json
from dvc.repo import Repo
with Repo() as repo:
    stages = repo.index.stages
    print(json.dumps({one.addressing: [dep.def_path for dep in one.deps] for one in stages}))
"""


def test_every_room_is_in_the_table():
    rooms = {path.parent.name for path in (ROOT / "stages").glob("*/__init__.py")}
    assert {path.split("/")[1] for path in RUNS} == rooms


@pytest.fixture(scope="module")
def dependencies():
    """The dependencies of every stage, as DVC resolves them."""
    shown = run(ROOT, sys.executable, "-W", "ignore", "-c", RESOLVED)
    found: dict[str, list[str]] = json.loads(shown.stdout)
    return found


@pytest.mark.parametrize("path", RUNS)
def test_what_a_change_makes_run_is_known(dependencies, path):
    assert (ROOT / path).is_file()
    again = {
        stage
        for stage, listed in dependencies.items()
        if any(path == dep or path.startswith(f"{dep}/") for dep in listed)
    }
    assert {stage.split("@")[0] for stage in again} == RUNS[path]


def test_every_dependency_on_a_record_is_there(dependencies):
    """Files in the rooms of files, folders among the sources."""
    for listed in dependencies.values():
        assert all((ROOT / dep).exists() for dep in listed if dep.startswith("stages/"))


def test_a_record_concerns_its_own_row_alone(dependencies):
    for path, row in (
        ("stages/encoders/libx265.py", "sweep_encoder@libx265"),
        ("stages/edits/grey.py", "sweep_edit@grey"),
        ("stages/schemes/cmaes.py", "baseline@cmaes"),
    ):
        assert [stage for stage, listed in dependencies.items() if path in listed] == [row]
