"""Reading `params.yaml`; a mistake in it is named by file, line, key, value and range."""

import difflib
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node

from stages.common.errors import AfterimageError
from stages.common.records import names
from stages.common.section import Section
from stages.pipeline.params import Fetch, Params
from stages.pipeline.params.fetch import with_sources

PARAMS_FILE = Path("params.yaml")


def load_params(path: Path = PARAMS_FILE) -> Params:
    """Read and check the parameters.

    Raises ``AfterimageError`` with one line that names the file, the line, the key, the value and
    what is allowed.
    """
    try:
        text = path.read_text(encoding="utf-8")
        content = _parser().load(text)
    except OSError as error:
        raise AfterimageError(f"{path}: {error.strerror}") from error
    except MarkedYAMLError as error:
        place = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        raise AfterimageError(f"{path}{place}: {error.problem}") from error
    except (YAMLError, ValueError, RecursionError) as error:
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
        line = _line_of(_parser().compose(text), keys)
        raise AfterimageError(f"{path}:{line}: {_explain(keys, problems[0])}{more}") from error


def _parser() -> YAML:
    """Make a reader of YAML 1.2, as DVC's own: 1e-6 is a number, and a key stands once."""
    return YAML(typ="safe", pure=True)


def _explain(keys: tuple[str, ...], error: ErrorDetails) -> str:
    """Say in one clause the key, its value, and what is allowed."""
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
    """Give the whole range of a number, of which pydantic names only the end that was missed."""
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
    """Name the key that was meant, or all that are known there."""
    known = _siblings(keys)
    near = difflib.get_close_matches(keys[-1], known, n=1)
    return f" (did you mean {near[0]}?)" if near else f" (known: {', '.join(known)})"


def _siblings(keys: tuple[str, ...]) -> dict[str, Any]:
    """Return the fields of the section that a key stands in, by their names in the file."""
    section: type[Section] = Params
    for key in keys[:-1]:
        model = _fields(section)[key].annotation
        section = with_sources(names("sources")) if model is Fetch else model
    return _fields(section)


def _fields(section: type[Section]) -> dict[str, Any]:
    return {field.alias or name: field for name, field in section.model_fields.items()}


def _line_of(tree: Node | None, keys: tuple[str, ...]) -> int:
    """Find the line of a key, or of the nearest section around it."""
    line = 1
    for key in keys:
        if not isinstance(tree, MappingNode):
            break
        pair = next((pair for pair in tree.value if pair[0].value == key), None)
        if pair is None:
            break
        line, tree = pair[0].start_mark.line + 1, pair[1]
    return line
