"""What running a module takes of the project: what it imports, read from its source."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def closure(module: str) -> set[str]:
    """Paths of every project file that importing ``module`` executes, relative to the root.

    What else lies in an imported folder, templates for instance, belongs to it.
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
            seen |= {one.relative_to(ROOT).as_posix() for one in data_files(path.parent)}
        # Importing a.b.c executes a and a.b first.
        waiting += [name.rpartition(".")[0], *imported(path)]
    return seen


def data_files(folder: Path) -> list[Path]:
    """Files beside a room's modules that are none."""
    return [path for path in folder.iterdir() if path.is_file() and path.suffix != ".py"]


def source(module: str) -> Path | None:
    """The file of a project module, or None for any other module."""
    if module != "stages" and not module.startswith("stages."):
        return None
    stem = ROOT.joinpath(*module.split("."))
    candidates = (stem.with_suffix(".py"), stem / "__init__.py")
    return next((path for path in candidates if path.is_file()), None)


def imported(path: Path) -> list[str]:
    """Every module that a file may import, its ``from a import b`` read as ``a`` and ``a.b``."""
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names += [str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)]
    return names
