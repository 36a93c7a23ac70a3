"""Reproduce the committed results in a fresh clone without a cache: ``make repro-check``."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

from tests.worktree import ROOT, environment, run


def main() -> int:
    """Reproduce, compare with what is committed, and tell every difference."""
    with tempfile.TemporaryDirectory(prefix="afterimage-repro-") as folder:
        clone = Path(folder, "clone")
        run(ROOT, "git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(clone))
        # Without --force, DVC would take a stage whose only output is a metric as done.
        every = environment(AFTERIMAGE_WORKERS="")
        print("dvc repro --force, in a clone without a cache", flush=True)
        done = subprocess.run(["dvc", "repro", "--force"], cwd=clone, env=every, check=False)
        if done.returncode != 0:
            return done.returncode
        status = json.loads(run(clone, "dvc", "status", "--json").stdout)
        differences = [*_metrics(clone), *_lock(clone), *(f"stale: {name}" for name in status)]
    for line in differences:
        print(line)
    print(f"reproduced: {len(differences)} differences")
    return 1 if differences else 0


def _committed(clone: Path, name: str) -> str:
    return run(clone, "git", "show", f"HEAD:{name}").stdout


def _metrics(clone: Path) -> list[str]:
    names = [path.relative_to(clone).as_posix() for path in sorted(clone.glob("metrics/**/*.json"))]
    return [
        f"{name}: {key}: committed {before.get(key)}, now {after.get(key)}"
        for name in names
        for before, after in [(json.loads(_committed(clone, name)), _json(clone / name))]
        for key in sorted(before.keys() | after.keys())
        if before.get(key) != after.get(key)
    ]


def _json(path: Path) -> dict[str, object]:
    content: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _lock(clone: Path) -> list[str]:
    before = _outputs(_committed(clone, "dvc.lock"))
    after = _outputs((clone / "dvc.lock").read_text(encoding="utf-8"))
    return [
        f"dvc.lock: {name}: committed {before.get(name)}, now {after.get(name)}"
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]


def _outputs(lock: str) -> dict[str, str]:
    """Every output of a lock file, with its hash."""
    stages = yaml.safe_load(lock)["stages"].values()
    return {out["path"]: out["md5"] for stage in stages for out in stage["outs"]}


if __name__ == "__main__":
    sys.exit(main())
