"""`dvc.yaml` says what the code does, no more and no less."""

import ast

import pytest
import yaml

from stages.pipeline.params import Params
from tests.imports import ROOT, closure, imported

STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]


@pytest.mark.parametrize("name", STAGES)
def test_code_dependencies_are_the_import_closure(name):
    """So that no stage is ever stale, and none reruns for nothing."""
    listed = {dep for dep in STAGES[name]["deps"] if dep.endswith(".py")}
    assert listed == closure(f"stages.{name}")


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_says_what_it_is_for(name):
    stage = STAGES[name]
    assert stage["cmd"] == f"python -m stages.{name}"
    assert stage["desc"].endswith(".")
    assert stage["metrics"] == [{f"metrics/{name}.json": {"cache": False}}]


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_depends_on_the_sections_that_it_reads(name):
    """Sections read as ``params.<section>`` in the stage's own file are the ones listed."""
    fields = {field: model.alias or field for field, model in Params.model_fields.items()}
    tree = ast.parse((ROOT / "stages" / f"{name}.py").read_text(encoding="utf-8"))
    read = {
        fields[node.attr]
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in fields
        and ast.unparse(node.value) in {"params", "self._params"}
    }
    assert read == set(STAGES[name]["params"])


ALLOWED = {
    "stages/video": {"stages.video"},
    "stages/signature": {"stages.signature", "stages.video"},
    "stages/fingerprint": {"stages.fingerprint", "stages.video"},
    "stages/pipeline": {"stages.pipeline", "stages.video"},
}
COMMON = {"stages.command_line", "stages.errors", "stages.files", "stages.statistics"}


@pytest.mark.parametrize("room", ALLOWED)
def test_arrows_run_one_way(room):
    for path in (ROOT / room).rglob("*.py"):
        for module in imported(path):
            if module.startswith("stages."):
                known = ".".join(module.split(".")[:2])
                assert known in ALLOWED[room] | COMMON, f"{path.name} imports {module}"
