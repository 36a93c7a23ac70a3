"""`dvc.yaml` says what the code does, on a page."""

import ast
import re

import pytest
import yaml

from stages.pipeline.params import Params
from tests.house.imports import ROOT, closure

TEXT = (ROOT / "dvc.yaml").read_text(encoding="utf-8")
STAGES = yaml.safe_load(TEXT)["stages"]
# Stages that measure nothing themselves.
SHOWS_ONLY = {"report"}
MOST_LINES, MOST_CODE_DEPENDENCIES = 220, 10


def module_of(stage):
    """Return the module that a stage runs, as ``stages.name``."""
    command = re.match(r"python -m (stages\.\w+)", stage["cmd"])
    assert command, stage["cmd"]
    return command.group(1)


def code_dependencies(stage):
    """Return the code that a stage depends on: files, folders, and records by name."""
    return [dep for dep in stage["deps"] if dep.startswith("stages/")]


def covers(dependency, path):
    """Tell whether a dependency is a file, or a folder around it."""
    return path == dependency or path.startswith(f"{dependency}/")


def test_the_file_is_short():
    assert len(TEXT.splitlines()) <= MOST_LINES


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_has_few_code_dependencies(name):
    listed = code_dependencies(STAGES[name])
    assert len(listed) <= MOST_CODE_DEPENDENCIES
    assert len({*listed}) == len(listed)


@pytest.mark.parametrize("name", STAGES)
def test_nothing_that_a_stage_imports_is_missing(name):
    """So that no stage is ever stale."""
    listed = code_dependencies(STAGES[name])
    missing = {
        path
        for path in closure(module_of(STAGES[name]))
        if not any(covers(dependency, path) for dependency in listed)
    }
    assert not missing


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_imports_something_of_everything_that_it_depends_on(name):
    """So that none runs again for nothing; records are found by name, and so not imported."""
    used = closure(module_of(STAGES[name]))
    records = {"stages/edits", "stages/encoders", "stages/schemes", "stages/sources"}
    for dependency in code_dependencies(STAGES[name]):
        room = "/".join(dependency.split("/")[:2])
        if room not in records or dependency.endswith("/offer.py"):
            assert any(covers(dependency, path) for path in used), dependency


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
        and ast.unparse(node.value) in {"params", "self._params", "self.params"}
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
