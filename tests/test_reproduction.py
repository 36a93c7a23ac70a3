"""The guard itself: what `make repro-check` finds, and what it does not mind."""

from tests.reproduction import MOST_LINES, differing, flat, stale_entries, table
from tests.worktree import commit, run, set_params


def test_a_fresh_clone_is_stale_where_code_parameters_or_metrics_changed(worktree):
    run(worktree, "dvc", "commit", "--force", check=False)
    before = set(stale_entries(worktree))
    set_params(worktree, {"compress.gop": 77})
    metrics = worktree / "metrics" / "fetch.json"
    metrics.write_text(metrics.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    new = set(stale_entries(worktree)) - before
    assert "fetch: changed outs metrics/fetch.json: modified" in new
    assert any(line.startswith("compress: changed deps params.yaml") for line in new)
    assert not any("data/" in line for line in new)


def test_every_difference_is_in_the_table(worktree):
    commit(worktree)
    assert list(differing(worktree)) == []
    lock = worktree / "dvc.lock"
    lock.write_text(lock.read_text(encoding="utf-8").replace("md5: a", "md5: b", 1))
    metrics = worktree / "metrics" / "fetch.json"
    metrics.write_text(metrics.read_text(encoding="utf-8").replace('"clips": ', '"clips": 1'))
    (worktree / "metrics" / "compress.json").unlink()
    (worktree / "metrics" / "new.json").write_text('{"group": {"a": 1.5}}')
    found = {name: (before, after) for name, before, after in differing(worktree)}
    assert sum(name.startswith("dvc.lock: stages.") for name in found) == 1
    clips = found["metrics/fetch.json: clips"]
    assert str(clips[1]) == f"1{clips[0]}"
    assert found["metrics/compress.json: crf"][1] == "-"
    assert found["metrics/new.json: group.a"] == ("-", 1.5)


def test_what_is_only_written_otherwise_is_a_difference_too(worktree):
    metrics = worktree / "metrics" / "fetch.json"
    metrics.write_text(metrics.read_text(encoding="utf-8") + " ", encoding="utf-8")
    ((name, _, _),) = differing(worktree)
    assert name == "metrics/fetch.json: (written otherwise)"


def test_leaves_are_named_by_their_path():
    tree = {"outs": [{"path": "a/b", "md5": "x"}, 3], "k": {"l": 1}}
    assert dict(flat(tree)) == {
        "outs.a/b.path": "a/b", "outs.a/b.md5": "x", "outs.1": 3, "k.l": 1,
    }  # fmt: skip


def test_a_long_table_is_cut():
    lines = table([(f"name {i}", 1, 2) for i in range(MOST_LINES + 5)]).splitlines()
    assert lines[-2:] == ["... and 5 more", f"reproduced: {MOST_LINES + 5} differences"]
    assert len(lines) == MOST_LINES + 3
    assert table([]) == "reproduced: 0 differences"
