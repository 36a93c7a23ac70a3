"""ffmpeg is started without our own variables, of which one may be the key."""

import sys

import ffmpeg as graph
import pytest

from stages.video import ffmpeg

# In place of ffmpeg: writes the names of its variables to the file that it finds in one of them.
SPY = """#!{python}
import os, pathlib, sys
names = "\\n".join(sorted(os.environ))
pathlib.Path(os.environ["SPY_FILE"]).write_text(names)
sys.stdin.buffer.read()
sys.stdout.write("ffmpeg version spy\\n" + 8 * " ")
"""


@pytest.fixture
def names(tmp_path, monkeypatch):
    """Return a function that tells which variables the last ffmpeg had."""
    spy = tmp_path / "ffmpeg"
    spy.write_text(SPY.format(python=sys.executable))
    spy.chmod(0o755)
    monkeypatch.setattr(ffmpeg, "executable", lambda: str(spy))
    monkeypatch.setenv("SPY_FILE", str(tmp_path / "names"))
    for name in ("KEY", "KEY_FILE", "SCHEDULER", "OF_TOMORROW"):
        monkeypatch.setenv(f"AFTERIMAGE_{name}", "a secret key that nobody may see")
    return lambda: (tmp_path / "names").read_text().splitlines()


def output():
    return graph.input("pipe:0").output("pipe:1", format="rawvideo")


def run():
    ffmpeg.run(output(), stdin=b"content", subject="spy")


def chunks():
    list(ffmpeg.chunks(output(), size=8, subject="spy"))


def fed():
    with ffmpeg.fed(output(), subject="spy") as pipe:
        pipe.write(b"content")


def version():
    ffmpeg.version.__wrapped__()


@pytest.mark.parametrize("start", [run, chunks, fed, version])
def test_ffmpeg_gets_the_environment_without_our_variables(names, start):
    start()
    assert {"PATH", "SPY_FILE"} <= set(names())
    assert not [name for name in names() if name.startswith("AFTERIMAGE")]
