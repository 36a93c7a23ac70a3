"""Reading `params.yaml`, and telling what is wrong with it: file, line, key, value and range."""

import difflib
import re
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from stages.common.errors import AfterimageError
from stages.pipeline.params import Params, Section

PARAMS_FILE = Path("params.yaml")


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader, made to read as YAML 1.2 and DVC do: 1e-6 is a number, and a key stands
    once in a section."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        names = [key.value for key in keys]
        for index, key in enumerate(keys):
            if key.value in names[:index]:
                raise _problem(key, f"{key.value} stands twice in its section")
        return super().construct_mapping(node, deep)


def _problem(node: yaml.Node, problem: str) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+$"),
    list("-+.0123456789"),
)


def load_params(path: Path = PARAMS_FILE) -> Params:
    """Read and check the parameters.

    Raises ``AfterimageError`` with one line that names the file, the line, the key, the value and
    what is allowed.
    """
    try:
        loader = _Loader(path.read_text(encoding="utf-8"))
        tree = loader.get_single_node()
        content = loader.construct_document(tree) if tree else None
    except OSError as error:
        raise AfterimageError(f"{path}: {error.strerror}") from error
    except yaml.MarkedYAMLError as error:
        place = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        raise AfterimageError(f"{path}{place}: {error.problem}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise AfterimageError(f"{path}: not YAML: {' '.join(str(error).split())}") from error
    try:
        return Params.model_validate(content)
    except ValidationError as error:
        # A misspelt key is also a missing one: the misspelling is the one to tell.
        problems = sorted(
            error.errors(include_url=False), key=lambda problem: problem["type"] == "missing"
        )
        keys = tuple(part for part in problems[0]["loc"] if isinstance(part, str))
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        line = _line_of(tree, keys)
        raise AfterimageError(f"{path}:{line}: {_explain(keys, problems[0])}{more}") from error


def _explain(keys: tuple[str, ...], error: ErrorDetails) -> str:
    """One clause: the key, its value, and what is allowed."""
    name = ".".join(keys) or "the file"
    match error["type"]:
        case "extra_forbidden":
            return f"unknown key {name}{_suggestion(keys)}"
        case "missing":
            return f"{name} is missing"
    allowed = error["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
    value = "" if isinstance(error["input"], dict) else f" = {error['input']!r}"
    return f"{name}{value}: {allowed}{_range(keys)}"


def _range(keys: tuple[str, ...]) -> str:
    """The whole range of a number, of which pydantic names only the end that was missed."""
    field = _siblings(keys).get(keys[-1]) if keys else None
    limits = {
        sign: getattr(limit, name)
        for limit in (field.metadata if field else ())
        for name, sign in (("ge", ">="), ("gt", ">"), ("le", "<="), ("lt", "<"))
        if getattr(limit, name, None) is not None
    }
    if len(limits) < 2:
        return ""
    return " (allowed: " + " and ".join(f"{sign} {limit}" for sign, limit in limits.items()) + ")"


def _suggestion(keys: tuple[str, ...]) -> str:
    known = _siblings(keys)
    near = difflib.get_close_matches(keys[-1], known, n=1)
    return f" (did you mean {near[0]}?)" if near else f" (known: {', '.join(known)})"


def _siblings(keys: tuple[str, ...]) -> dict[str, Any]:
    """The fields of the section that a key stands in, by their names in the file."""
    section: type[Section] = Params
    for key in keys[:-1]:
        section = _fields(section)[key].annotation
    return _fields(section)


def _fields(section: type[Section]) -> dict[str, Any]:
    return {field.alias or name: field for name, field in section.model_fields.items()}


def _line_of(tree: yaml.Node | None, keys: tuple[str, ...]) -> int:
    """The line of a key, or of the nearest section around it."""
    line = 1
    for key in keys:
        if not isinstance(tree, yaml.MappingNode):
            break
        found = next((pair for pair in tree.value if pair[0].value == key), None)
        if found is None:
            break
        line, tree = found[0].start_mark.line + 1, found[1]
    return line
