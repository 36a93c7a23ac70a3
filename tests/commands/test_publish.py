"""Published signatures: what they are, and the command that writes them."""

import hashlib
import sys

import pytest
import yaml

from stages.commands.published import FOLDER, published, published_names
from stages.signature.model.spectrum import load_signature
from stages.signature.search.space import hand_set_vector, to_signature
from tests.worktree import ROOT, commit, run

HAND_SET = to_signature(hand_set_vector(), "colour").to_json()


def publish(folder, *arguments):
    return run(folder, sys.executable, "-m", "stages.commands.publish", *arguments, check=False)


def test_both_presets_are_published():
    assert FOLDER == ROOT / "signatures"
    assert published_names() == ["balanced", "colour"]
    overview = (FOLDER / "README.md").read_text(encoding="utf-8")
    for name in published_names():
        assert f"[{name}.md]({name}.md)" in overview


@pytest.mark.parametrize("name", published_names())
def test_a_published_signature_is_as_the_code_writes_it_and_as_its_page_says(name):
    content = published(name).read_bytes()
    signature = load_signature(published(name))
    assert content == signature.to_json().encode()
    page = published(name).with_suffix(".md").read_text(encoding="utf-8")
    assert f"`{hashlib.md5(content, usedforsecurity=False).hexdigest()}`" in page
    assert f"| Frame size | {signature.frame.width}x{signature.frame.height} |" in page
    for key in ("Search", "Data", "Commit", "Objective", "Made by"):
        assert f"\n| {key} | " in page


def test_the_hand_set_one_is_labelled_so_and_made_again(worktree):
    assert published("colour").read_text(encoding="utf-8") == HAND_SET
    assert "| Objective | none" in published("colour").with_suffix(".md").read_text()
    (worktree / "signatures" / "colour.json").unlink()
    done = publish(worktree, "--hand-set", "colour")
    assert done.returncode == 0, done.stderr
    assert (worktree / "signatures" / "colour.json").read_text() == HAND_SET


@pytest.fixture
def searched(worktree):
    """A copy of the project, with the result of a search that its lock file names."""
    objectives = '{"objective_initial": 0.25, "objective_best": 0.5}'
    files = {"data/signature.json": HAND_SET, "metrics/optimize.json": objectives}
    lock = yaml.safe_load((worktree / "dvc.lock").read_text())
    for out in lock["stages"]["optimize"]["outs"]:
        if content := files.get(out["path"]):
            (worktree / out["path"]).write_text(content)
            out["md5"] = hashlib.md5(content.encode(), usedforsecurity=False).hexdigest()
    (worktree / "dvc.lock").write_text(yaml.safe_dump(lock))
    commit(worktree)
    return worktree


def test_the_result_of_the_search_is_published_as_it_is(searched):
    done = publish(searched, "--name", "mine")
    assert done.returncode == 0, done.stderr
    assert (searched / "signatures" / "mine.json").read_text() == HAND_SET
    page = (searched / "signatures" / "mine.md").read_text()
    head = run(searched, "git", "rev-parse", "HEAD").stdout.strip()
    assert f"| Commit | `{head}` " in page
    assert "| Objective | 0.5 on the training clips; the hand-set start has 0.25 " in page
    assert "source `synthetic` (" in page


def test_a_published_signature_never_changes(searched):
    before = (searched / "signatures" / "balanced.json").read_bytes()
    done = publish(searched)
    assert done.returncode == 1
    assert "balanced.json: published already, and different; choose another" in done.stderr
    assert (searched / "signatures" / "balanced.json").read_bytes() == before


def test_a_name_is_a_word(worktree):
    done = publish(worktree, "--hand-set", "colour", "--name", "../x")
    assert done.returncode == 2
    assert "'../x': must be a lower-case word" in done.stderr


def test_the_model_comes_from_a_remote_by_its_tag(searched, tmp_path):
    """DVC finds a version of an artifact by an annotated tag."""
    md5 = hashlib.md5(HAND_SET.encode(), usedforsecurity=False).hexdigest()
    stored = tmp_path / "remote" / "files" / "md5" / md5[:2] / md5[2:]
    stored.parent.mkdir(parents=True)
    stored.write_text(HAND_SET)
    dvc = (sys.executable, "-m", "dvc")
    run(searched, *dvc, "remote", "add", "--default", "store", str(tmp_path / "remote"))
    commit(searched)
    run(searched, "git", "-c", "user.name=test", "-c", "user.email=test@example.invalid",
        "tag", "--annotate", "signature@v1.0.0", "--message=test")  # fmt: skip
    run(tmp_path, *dvc, "artifacts", "get", str(searched), "signature", "--out", "model.json")
    assert (tmp_path / "model.json").read_text() == HAND_SET


def test_nothing_is_published_that_no_commit_has(searched):
    before = (searched / "signatures" / "balanced.json").read_bytes()
    (searched / "data" / "signature.json").write_text("{}")
    done = publish(searched)
    assert done.returncode == 1
    assert done.stderr.startswith("error: data/signature.json: not what dvc.lock names")
    with (searched / "dvc.lock").open("a") as lock:
        lock.write("# changed\n")
    assert publish(searched).stderr.startswith("error: dvc.lock: not committed")
    assert (searched / "signatures" / "balanced.json").read_bytes() == before
