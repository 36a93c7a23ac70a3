"""Names and docstrings in the code: the conventions of `docs/glossary.md`, as far as they parse."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator

import pytest

from tests.worktree import ROOT

# Local names that say nothing of what they hold.
CATCH_ALL = {
    "one", "found", "asked", "told", "made", "given", "others", "own", "wanted", "taken",
}  # fmt: skip
# A docstring that begins with one of these names a thing; a function does something.
NO_VERBS = {"What", "How", "Where", "Whether", "Of", "Which", "Who", "Whose", "As"}


def trees(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    """Parse every module in some folders of the project."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def repeated_classes(modules: Iterable[tuple[str, ast.Module]]) -> dict[str, list[str]]:
    """Find the class names that are defined more than once, and where."""
    places: dict[str, list[str]] = defaultdict(list)
    for path, tree in modules:
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                places[node.name].append(f"{path}:{node.lineno}")
    return {name: lines for name, lines in sorted(places.items()) if len(lines) > 1}


def first_words(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and first word of each function's docstring."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            words = (ast.get_docstring(node) or "").split()
            if words:
                yield node.lineno, words[0].rstrip(",.:;")


def bound_names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and name of each variable, argument and field that is bound."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                yield node.lineno, name
            case ast.arg(arg=name):
                yield node.lineno, name
            case (
                ast.ExceptHandler(name=str(name))
                | ast.MatchAs(name=str(name))
                | ast.MatchStar(name=str(name))
            ):
                yield node.lineno, name


def listed(problems: Iterable[str]) -> str:
    """Put problems on a line each, under an empty one."""
    return "\n".join(["", *problems])


def test_a_class_name_has_one_meaning():
    repeated = repeated_classes(trees("stages", "benchmarks", "tests"))
    assert not repeated, listed(f"{name}: {', '.join(at)}" for name, at in repeated.items())


def test_a_docstring_of_a_function_begins_with_a_verb():
    nouns = [
        f"{path}:{line}: {word} ..."
        for path, tree in trees("stages")
        for line, word in first_words(tree)
        if word in NO_VERBS
    ]
    assert not nouns, listed(nouns)


def test_a_name_says_what_it_holds():
    bound = [
        f"{path}:{line}: {name}"
        for path, tree in trees("stages")
        for line, name in bound_names(tree)
        if name in CATCH_ALL
    ]
    assert not bound, listed(bound)


@pytest.mark.parametrize(
    "source",
    [
        "found = 1", "found: int = 1", "found += 1", "(found := 1)", "a, (found, *b) = c",
        "*found, b = c", "for found in a: pass", "[0 for found in a]", "{0: 0 for b, found in a}",
        "with a as found: pass", "def f(found): pass", "def f(*, found=1): pass",
        "def f(*found): pass", "lambda found: 0", "class A:\n    found: int",
        "try: pass\nexcept E as found: pass", "match a:\n    case [found]: pass",
    ],
)  # fmt: skip
def test_every_way_to_bind_a_name_is_seen(source):
    assert "found" in {name for _, name in bound_names(ast.parse(source))}


def test_the_checks_see_what_they_are_for():
    tree = ast.parse('class A:\n def f(s):\n  """What, it is."""\nclass A: pass\nprint(found)')
    assert list(first_words(tree)) == [(2, "What")]
    assert repeated_classes([("a.py", tree)]) == {"A": ["a.py:1", "a.py:4"]}
    assert {name for _, name in bound_names(tree)} == {"s"}
