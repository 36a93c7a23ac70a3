"""The import closure of a module: every project file that importing it executes."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def closure(module: str) -> set[str]:
    """Return the files that importing ``module`` executes, as paths relative to the root.

    An ``__init__.py`` that holds a docstring and nothing else does nothing, and is left out. What
    else lies in an imported room, templates for instance, belongs to it.
    """
    seen: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        path = source(name)
        if path is None or (relative := path.relative_to(ROOT).as_posix()) in seen:
            continue
        seen.add(relative)
        if path.name == "__init__.py":
            seen |= {data.relative_to(ROOT).as_posix() for data in data_files(path.parent)}
        # Importing a.b.c executes a and a.b first.
        waiting += [name.rpartition(".")[0], *imported(path)]
    return {path for path in seen if not is_docstring_alone(ROOT / path)}


def is_docstring_alone(path: Path) -> bool:
    """Tell whether a file is an ``__init__.py`` without any code."""
    return path.name == "__init__.py" and len(ast.parse(path.read_text(encoding="utf-8")).body) <= 1


def data_files(folder: Path) -> list[Path]:
    """List the files beside a room's modules that are no modules."""
    return [path for path in folder.iterdir() if path.is_file() and path.suffix != ".py"]


def source(module: str) -> Path | None:
    """Return the file of a project module, or None for any other module."""
    if module != "stages" and not module.startswith("stages."):
        return None
    stem = ROOT.joinpath(*module.split("."))
    candidates = (stem.with_suffix(".py"), stem / "__init__.py")
    return next((path for path in candidates if path.is_file()), None)


def imported(path: Path) -> list[str]:
    """List every module that a file may import, its ``from a import b`` as ``a`` and ``a.b``."""
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names += [str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)]
    return names
