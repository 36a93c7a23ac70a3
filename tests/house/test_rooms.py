"""Arrows run one way, and only stages are on the top floor."""

import pytest
import yaml

from stages.common.records import names
from tests.house.imports import ROOT, closure, imported

PIPELINE = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
DOORS = (
    "stages/edits/", "stages/encoders/", "stages/schemes/", "stages/sources/",
    "stages/fingerprint/recipes/",
)  # fmt: skip
STAGES = {path.stem for path in (ROOT / "stages").glob("*.py")} - {"__init__"}

# What a room may import besides itself.
SIGNATURE = {"signature", "video", "common"}
ALLOWED = {
    "common": set[str](),
    "video": {"common"},
    "encoders": {"video", "common"},
    "edits": {"video", "common"},
    "sources": {"video", "common"},
    "contest": {"video", "common"},
    "signature": {"video", "common"},
    "fingerprint": {"video", "common"},
    "baselines": {"contest", *SIGNATURE},
    "schemes": {"baselines", "contest", *SIGNATURE},
    "own": {"fingerprint", *SIGNATURE},
    "page": SIGNATURE,
    "pipeline": {"video", "common"},
    "commands": {
        "own",
        "page",
        "pipeline",
        "fingerprint",
        "contest",
        "sources",
        "baselines",
        *SIGNATURE,
    },
}
# Within a room that has rooms of its own.
ALLOWED_INSIDE = {
    "signature.model": set[str](),
    "signature.detect": {"signature.model"},
    "signature.embed": {"signature.model", "signature.detect"},
    "signature.search": {"signature.model", "signature.detect", "signature.embed"},
}
# `python -m stages.signature` and its like: a shim that runs the command of that name.
ENTRY = "__main__.py"


def test_only_stages_are_on_the_top_floor():
    assert {
        stage["cmd"].split()[2].removeprefix("stages.") for stage in PIPELINE.values()
    } == STAGES


def test_every_room_has_its_arrows():
    rooms = {path.parent.name for path in (ROOT / "stages").glob("*/__init__.py")}
    assert rooms == ALLOWED.keys()


@pytest.mark.parametrize("room", ALLOWED)
def test_a_room_says_what_it_is_for(room):
    text = (ROOT / "stages" / room / "__init__.py").read_text(encoding="utf-8")
    assert text.startswith('"""')
    assert len(text.split()) > 8


@pytest.mark.parametrize("room", ALLOWED)
def test_arrows_run_one_way(room):
    for path in (ROOT / "stages" / room).rglob("*.py"):
        for module in imported(path):
            parts = module.split(".")
            if parts[0] == "stages" and len(parts) > 1 and path.name != ENTRY:
                assert parts[1] in ALLOWED[room] | {room}, f"{path.name} imports {module}"


@pytest.mark.parametrize("room", ALLOWED_INSIDE)
def test_arrows_run_one_way_inside_a_room(room):
    folder = ROOT / "stages" / room.replace(".", "/")
    for path in folder.rglob("*.py"):
        for module in imported(path):
            inner = ".".join(module.split(".")[1:3])
            if inner in ALLOWED_INSIDE:
                assert inner in ALLOWED_INSIDE[room] | {room}, f"{path.name} imports {module}"


@pytest.mark.parametrize("stage", sorted(STAGES - {"baseline"}))
def test_the_main_line_needs_no_baseline(stage):
    code = closure(f"stages.{stage}")
    assert not [path for path in code if path.startswith(("stages/baseline", "stages/schemes"))]
    modules = [ROOT / path for path in code if path.endswith(".py")]
    assert "autograd" not in {name.split(".")[0] for path in modules for name in imported(path)}


@pytest.mark.parametrize("stage", sorted(STAGES))
def test_no_stage_imports_a_record(stage):
    """Records are found by their names; what is imported would be everybody's dependency."""
    records = [path for path in closure(f"stages.{stage}") if path.startswith(DOORS)]
    assert not [path for path in records if path != "stages/sources/offer.py"]


@pytest.mark.parametrize(
    ("door", "stage"),
    [
        ("edits", "sweep_edit"),
        ("encoders", "sweep_encoder"),
        ("schemes", "baseline"),
        ("fingerprint.recipes", "hash_drift"),
    ],
)
def test_a_record_imports_nothing_that_its_row_does_not_depend_on(door, stage):
    """Another record least of all: it would be a dependency that no row names."""
    listed = [dep for dep in PIPELINE[stage]["deps"] if dep.startswith("stages/")]
    for name in names(door):
        module = f"stages.{door}.{name}"
        path = f"{module.replace('.', '/')}.py"
        missing = [
            used
            for used in closure(module) - {path}
            if not any(used == dep or used.startswith(f"{dep}/") for dep in listed)
        ]
        assert not missing, path
