"""A team's data: what one clone pushed to a server, another pulls, and computes nothing."""

import json
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.project import CountedFfmpeg, bundled_ffmpeg, small_project
from tests.worktree import commit, environment, run

STAGES = ("fetch", "compress")
PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class WebDavServer:
    """A WebDAV server that lets in one user."""

    port: int
    password: str
    files: Path


@pytest.fixture
def server(tmp_path: Path) -> Iterator[WebDavServer]:
    pytest.importorskip("wsgidav", reason="the extra `dev` is not installed")
    pytest.importorskip("dvc_webdav", reason="the extra `webdav` is not installed")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = WebDavServer(port, secrets.token_hex(8), tmp_path / "on the server")
    server.files.mkdir()
    config = {
        "host": "127.0.0.1",
        "port": port,
        "provider_mapping": {"/": str(server.files)},
        "simple_dc": {"user_mapping": {"*": {"team": {"password": server.password}}}},
    }
    (tmp_path / "wsgidav.json").write_text(json.dumps(config), encoding="utf-8")
    command = "from wsgidav.server.server_cli import run; run()"
    with (tmp_path / "wsgidav.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", command, "--config", str(tmp_path / "wsgidav.json")],
            stdout=log,
            stderr=log,
        )
    try:
        wait_for(server)
        yield server
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def wait_for(server: WebDavServer) -> None:
    """Return when the server answers: that it wants a password."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{server.port}/").close()
        except urllib.error.HTTPError as error:
            error.close()
            assert error.code == 401
            return
        except OSError:
            assert time.monotonic() < until, "no server"
            time.sleep(0.05)


def give_password(clone: Path, password: str) -> None:
    """Store a password in a file that Git does not see."""
    run(clone, "dvc", "remote", "modify", "--local", "team", "password", password)


def test_another_clone_pulls_and_computes_nothing(server, tmp_path):
    few = {"fetch.synthetic.natural": 2, "fetch.synthetic.simple": 0}
    first, second = small_project(tmp_path / "first", few), tmp_path / "second"
    run(first, "dvc", "repro", *STAGES)
    run(first, "dvc", "remote", "add", "--default", "team", f"webdav://127.0.0.1:{server.port}")
    run(first, "dvc", "remote", "modify", "team", "user", "team")
    commit(first)
    give_password(first, "wrong")
    assert run(first, "dvc", "push", check=False).returncode != 0
    assert not any(path.is_file() for path in server.files.rglob("*"))
    give_password(first, server.password)
    run(first, "dvc", "push")
    assert any(path.is_file() for path in server.files.rglob("*"))

    run(tmp_path, "git", "clone", "--quiet", str(first), str(second))
    give_password(second, server.password)
    run(second, "dvc", "pull", *STAGES)
    ffmpeg = CountedFfmpeg(tmp_path / "ffmpeg", bundled_ffmpeg())
    done = run(second, "dvc", "repro", *STAGES, env=environment(**ffmpeg.environment))
    assert "Running stage" not in done.stdout + done.stderr
    assert ffmpeg.calls() == 0
    for name in ("data/clips", "data/compressed"):
        pushed, pulled = (
            {path.name: path.read_bytes() for path in (clone / name).iterdir()}
            for clone in (first, second)
        )
        assert pushed == pulled != {}
    assert not run(second, "git", "status", "--porcelain").stdout
