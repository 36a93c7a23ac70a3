"""A copy of the project to run in: what git has or would take, nothing that was made from it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]


def copy_to(folder: Path) -> Path:
    """Copy the work tree, as it is now, into a new Git repository in ``folder``."""
    listed = run(ROOT, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in filter(None, listed.stdout.split("\0")):
        source, target = ROOT / name, folder / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    run(folder, "git", "init", "--quiet", "--initial-branch=main")
    commit(folder)
    return folder


def commit(folder: Path) -> None:
    """Commit everything."""
    run(folder, "git", "add", "--all")
    identity = ("-c", "user.name=test", "-c", "user.email=test@example.invalid")
    run(folder, "git", *identity, "commit", "--quiet", "--allow-empty", "--message=test")


def set_params(folder: Path, changes: Mapping[str, object]) -> None:
    """Change parameters, named with dots, in the copy's ``params.yaml``."""
    path = folder / "params.yaml"
    params = yaml.safe_load(path.read_text(encoding="utf-8"))
    for name, value in changes.items():
        *sections, key = name.split(".")
        section = params
        for part in sections:
            section = section[part]
        section[key] = value
    path.write_text(yaml.safe_dump(params), encoding="utf-8")


def environment(**extra: str) -> dict[str, str]:
    """This process's environment, with its own Python first and no key of the user's."""
    bin_folder = str(Path(sys.executable).parent)
    clean = {k: v for k, v in os.environ.items() if not k.startswith("AFTERIMAGE_KEY")}
    # One worker a test process: pytest-xdist already uses the processors.
    clean.setdefault("AFTERIMAGE_WORKERS", "1")
    return clean | {"PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}"} | extra


def run(
    folder: Path, *command: str, check: bool = True, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder; its output is captured, and shown where it fails."""
    done = subprocess.run(
        command, cwd=folder, env=env or environment(), capture_output=True, text=True, check=False
    )
    if check and done.returncode != 0:
        raise AssertionError(
            f"{' '.join(command)}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        )
    return done


def stage(folder: Path, name: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run one stage as DVC would; it may fail."""
    return run(folder, sys.executable, "-m", f"stages.{name}", check=False, env=environment(**env))
