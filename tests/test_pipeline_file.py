"""`dvc.yaml` says what the code does, no more and no less."""

import ast
import re

import pytest
import yaml

from stages.pipeline.params import Params
from tests.imports import ROOT, closure, imported

STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
# Stages that measure nothing themselves.
SHOWS_ONLY = {"report"}


def module_of(stage):
    """The module that a stage runs, as ``stages.name``."""
    return re.match(r"python -m (stages\.\w+)", stage["cmd"]).group(1)


@pytest.mark.parametrize("name", STAGES)
def test_code_dependencies_are_the_import_closure(name):
    """So that no stage is ever stale, and none reruns for nothing."""
    listed = {dep for dep in STAGES[name]["deps"] if dep.startswith("stages/")}
    assert listed == closure(module_of(STAGES[name]))


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_says_what_it_is_for(name):
    stage = STAGES[name]
    assert stage["desc"].endswith(".")
    if "matrix" in stage:
        (item,) = stage["matrix"]
        assert stage["cmd"] == f"{'python -m ' + module_of(stage)} --{item} ${{item.{item}}}"
        assert [list(file) for file in stage["metrics"]] == [
            [out.replace("data/", "metrics/").removesuffix(".csv") + ".json"]
            for out in stage["outs"]
        ]
    else:
        assert stage["cmd"] == f"python -m stages.{name}"
        measures = name not in SHOWS_ONLY
        assert stage.get("metrics", []) == measures * [{f"metrics/{name}.json": {"cache": False}}]


MODULES = {module: [s for s in STAGES.values() if module_of(s) == module]
           for module in sorted({module_of(stage) for stage in STAGES.values()})}  # fmt: skip


@pytest.mark.parametrize("module", MODULES)
def test_a_stage_depends_on_the_sections_that_it_reads(module):
    """Sections read as ``params.<section>`` in the stage's own file are the ones listed."""
    fields = {field: model.alias or field for field, model in Params.model_fields.items()}
    path = ROOT / f"{module.replace('.', '/')}.py"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    read = {
        fields[node.attr]
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in fields
        and ast.unparse(node.value) in {"params", "self._params"}
    }
    listed = {param.split(".")[0] for stage in MODULES[module] for param in stage["params"]}
    assert read == listed


@pytest.mark.parametrize("name", STAGES)
def test_a_parameter_that_a_stage_depends_on_exists(name):
    params = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    for param in STAGES[name]["params"]:
        value = params
        for part in param.split("."):
            value = value[part]


ALLOWED = {
    "stages/video": {"stages.video"},
    "stages/signature": {"stages.signature", "stages.video"},
    "stages/baselines": {"stages.baselines", "stages.signature", "stages.video"},
    "stages/fingerprint": {"stages.fingerprint", "stages.video"},
    "stages/pipeline": {"stages.pipeline", "stages.video"},
    "stages/page": {"stages.page", "stages.signature", "stages.video"},
}
COMMON = {
    "stages.common.command_line", "stages.common.errors", "stages.common.files", "stages.common.key",
    "stages.common.statistics",
}  # fmt: skip


@pytest.mark.parametrize("room", ALLOWED)
def test_arrows_run_one_way(room):
    for path in (ROOT / room).rglob("*.py"):
        for module in imported(path):
            if module.startswith("stages."):
                known = ".".join(module.split(".")[:2])
                assert known in ALLOWED[room] | COMMON, f"{path.name} imports {module}"


@pytest.mark.parametrize("module", sorted(MODULES.keys() - {"stages.baseline"}))
def test_the_main_line_needs_no_baseline(module):
    assert not [path for path in closure(module) if path.startswith("stages/baseline")]
    code = [path for path in closure(module) if path.endswith(".py")]
    assert not [path for path in code if "autograd" in imported_roots(path)]


def imported_roots(path):
    return {name.split(".")[0] for name in imported(ROOT / path)}
