"""Reproduce the committed results in a fresh clone without a cache: ``make repro-check``.

`dvc.lock` holds a hash of every output and dependency and every parameter, so it and `metrics/`,
compared byte by byte, are all results. A lock that is stale is told before the work, and not after.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.worktree import ROOT, environment, run

# A table of differences has to be short to be read.
MOST_LINES = 30
# How DVC calls data that a fresh clone does not have.
MISSING_DATA = {"deleted", "not in cache"}


def main() -> int:
    """Reproduce, compare with what is committed, and tell every difference."""
    with tempfile.TemporaryDirectory(prefix="afterimage-repro-") as folder:
        clone = Path(folder, "clone")
        run(ROOT, "git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(clone))
        if stale := stale_entries(clone):
            print("error: dvc.lock is stale; run `dvc repro` and commit what it changes:")
            print("\n".join(f"  {line}" for line in stale[:MOST_LINES]))
            return 1
        # Without --force, DVC would take a stage whose only output is a metric as done.
        every = environment(AFTERIMAGE_WORKERS="")
        print("dvc repro --force, in a clone without a cache", flush=True)
        done = subprocess.run(["dvc", "repro", "--force"], cwd=clone, env=every, check=False)
        if done.returncode != 0:
            return done.returncode
        differences = list(differing(clone))
    print(table(differences))
    return 1 if differences else 0


def stale_entries(project: Path) -> list[str]:
    """List what ``dvc status`` finds changed since `dvc.lock` was written, but for missing data."""
    status = json.loads(run(project, "dvc", "status", "--json").stdout)
    return [
        f"{stage}: {name.replace('.', ' ', 1)}: {state}"
        for stage, changes in status.items()
        for change in changes
        for name, state in flat(change)
        if state not in MISSING_DATA
    ]


def differing(project: Path) -> Iterator[tuple[str, object, object]]:
    """Name, committed value and value now of all that `dvc.lock` and `metrics/` differ in."""
    listed = run(project, "git", "ls-files", "--cached", "--others", "dvc.lock", "metrics").stdout
    for name in sorted(set(listed.splitlines())):
        shown = run(project, "git", "show", f"HEAD:{name}", check=False)
        before = shown.stdout if shown.returncode == 0 else ""
        path = project / name
        after = path.read_text(encoding="utf-8") if path.exists() else ""
        if before != after:
            # JSON is YAML.
            old, new = (dict(flat(yaml.safe_load(text) or {})) for text in (before, after))
            keys = sorted(key for key in old | new if old.get(key) != new.get(key))
            for key in keys or ["(written otherwise)"]:
                yield f"{name}: {key}", old.get(key, "-"), new.get(key, "-")


def flat(tree: Any, prefix: str = "") -> Iterator[tuple[str, object]]:
    """Every leaf of nested mappings and lists, by its path; a list's entry by its own ``path``."""
    if isinstance(tree, list):
        tree = {
            item.get("path", index) if isinstance(item, dict) else index: item
            for index, item in enumerate(tree)
        }
    if not isinstance(tree, dict):
        yield prefix, tree
        return
    for key, value in tree.items():
        yield from flat(value, f"{prefix}.{key}" if prefix else str(key))


def table(differences: list[tuple[str, object, object]]) -> str:
    """Differences in columns, and how many there are."""
    rows = [("", "committed", "reproduced"), *differences[:MOST_LINES]] if differences else []
    width = max((len(str(name)) for name, _, _ in rows), default=0)
    lines = [f"{name:{width}}  {before!s:>32}  {after!s:>32}" for name, before, after in rows]
    if len(differences) > MOST_LINES:
        lines.append(f"... and {len(differences) - MOST_LINES} more")
    return "\n".join([*lines, f"reproduced: {len(differences)} differences"])


if __name__ == "__main__":
    sys.exit(main())
