"""The stage `compress`, where a run before it has left something."""

from dataclasses import asdict

from stages import compress, fetch
from stages.pipeline import layout
from stages.pipeline.checkpoint import Checkpoint
from stages.pipeline.params.file import load_params
from stages.pipeline.scratch import Scratch
from stages.video.clips import read_manifest
from tests.project import small_project


def test_numbers_without_their_video_are_not_taken_for_done(tmp_path, monkeypatch):
    """A cluster's results are stored in the order of their names, and a run may end in between."""
    few = {"fetch.synthetic.natural": 2, "fetch.synthetic.simple": 0}
    project = small_project(tmp_path / "project", few)
    monkeypatch.chdir(project)
    params = load_params()
    fetch.main(params)
    first, *_ = read_manifest(layout.MANIFEST)
    left = Checkpoint.of(first, Scratch("compress"), asdict(params.compress.codec))
    left.table.parent.mkdir(parents=True, exist_ok=True)
    left.table.write_text("{}")
    compress.main(params)
    assert layout.compressed(first.id).stat().st_size > 0
    assert "{}" not in layout.COMPRESSED_TABLE.read_text()
