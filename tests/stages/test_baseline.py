"""The stage `baseline`: its codecs, its methods, and its message where autograd is missing."""

import sys

import pytest

from stages.baseline import map_clips, real_codecs
from stages.baselines.method import Method
from stages.common.records import names, record
from stages.pipeline.params.file import load_params
from stages.pipeline.processes import processes
from tests.worktree import ROOT, run


@pytest.mark.parametrize(
    ("encoder", "crf", "expected"),
    [("libx264", 28, [28, 45]), ("libsvtav1", 60, [51]), ("libx264", 51, [51])],
)
def test_the_codec_is_h264_within_its_range(encoder, crf, expected):
    params = load_params(ROOT / "params.yaml")
    compress = params.compress.model_copy(update={"encoder": encoder, "crf": crf})
    section = params.baseline.model_copy(update={"harder": 17})
    codecs = real_codecs(params.model_copy(update={"compress": compress, "baseline": section}))
    assert [codec.crf for codec in codecs] == expected
    assert {codec.encoder for codec in codecs} == {"libx264"}


@pytest.mark.parametrize("name", names("schemes"))
def test_every_scheme_is_a_method_with_a_label_of_its_own(name):
    labels = [record("schemes", other, Method).label for other in names("schemes")]
    assert labels.count(record("schemes", name, Method).label) == 1


def frames_of(item):
    _, clip = item
    return clip.frames


def test_results_come_in_the_order_of_the_items(small_clips, monkeypatch):
    monkeypatch.setenv("AFTERIMAGE_WORKERS", "2")
    items = [(number, small_clips[number % 3]) for number in range(5)]
    with processes() as pool:
        results = map_clips(pool, frames_of, items, lambda item: item[1])
    assert results == [clip.frames for _, clip in items]


def test_a_missing_autograd_is_told_in_one_line():
    without = (
        "import runpy, sys; sys.modules['autograd'] = None;"
        "sys.argv[1:] = ['--method', 'adaptive'];"
        "runpy.run_module('stages.baseline', run_name='__main__')"
    )
    done = run(ROOT, sys.executable, "-W", "ignore", "-c", without, check=False)
    assert done.returncode == 1
    (message,) = done.stderr.splitlines()
    assert message.startswith("error: the baselines need autograd")
    assert "pip install autograd" in message
