"""Input from outside is never run: no shell, no code in data. A guard over the source.

What the guard stands for is tried out elsewhere: playlists and pipes in
tests/video/test_probe.py, names in tests/pipeline/test_layout.py, parameters in
tests/pipeline/test_params.py.
"""

import ast
from collections.abc import Iterator

import pytest

from tests.house.imports import ROOT

SOURCES = sorted(
    path.relative_to(ROOT).as_posix()
    for room in ("stages", "benchmarks")
    for path in (ROOT / room).rglob("*.py")
)
# Modules whose formats hold code, or that run some.
MODULES = {"pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "code", "pty"}
# Calls that give text to a shell, a loader or an interpreter; archives are not unpacked blindly.
CALLS = {
    "os.system", "os.popen", "os.execl", "subprocess.getoutput", "subprocess.getstatusoutput",
    "yaml.load", "yaml.load_all", "yaml.full_load", "yaml.unsafe_load", "eval", "exec",
    "pd.read_pickle", "pandas.read_pickle", "torch.load",
}  # fmt: skip
METHODS = {"extractall", "to_pickle", "unpack_archive"}


def findings(source: str) -> Iterator[str]:
    """Yield what in a source is forbidden."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            module = getattr(node, "module", None)
            names = {module} if module else {alias.name for alias in node.names}
            yield from MODULES & {str(name).partition(".")[0] for name in names}
        elif isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called in CALLS or called.rpartition(".")[2] in METHODS:
                yield called
            for option in node.keywords:
                value = getattr(option.value, "value", None)
                if option.arg in {"shell", "allow_pickle"} and value is not False:
                    yield f"{called}({option.arg}=...)"


@pytest.mark.parametrize("path", SOURCES)
def test_nothing_from_outside_is_run(path):
    assert not list(findings((ROOT / path).read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    "source",
    [
        "import pickle", "from pickle import load", "import joblib.memory", "yaml.load(text)",
        "subprocess.run(x, shell=True)", "subprocess.run(x, shell=flag)", "archive.extractall(y)",
        "np.load(path, allow_pickle=True)", "os.system('ls')", "eval(text)",
    ],
)  # fmt: skip
def test_the_guard_finds(source):
    assert list(findings(source))


def test_every_file_given_to_ffmpeg_is_given_by_the_guarded_function():
    for path in SOURCES:
        if path.startswith("stages/") and path != "stages/video/ffmpeg.py":
            for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "ffmpeg.input":
                    assert ast.literal_eval(node.args[0]) == "pipe:", path
