"""The stage's own arithmetic, and what it says where autograd is missing."""

import sys
from typing import get_args

import pytest

from stages import baseline
from stages.baseline import Judged, Passage, at_crf, real_codecs, summary
from stages.commands.readme import METHODS
from stages.common.statistics import exact_interval
from stages.contest.scheme import FixedPattern
from stages.pipeline.params import Baseline
from stages.pipeline.params_file import load_params
from stages.signature.embed.blocks import Headroom
from stages.video.quality import Quality
from tests.worktree import ROOT, run

SCHEME = FixedPattern(45.0, Headroom(), threshold=5.0, wrong_keys=50)


def passage(through, crf, *, z_marked, z_unmarked=0.0, wrong=0, psnr_db=30.0):
    return Passage("a", "g", through, crf, z_marked, z_unmarked, wrong, psnr_db, 110, 100)


def both(crf, **real):
    return (passage("proxy", crf, z_marked=9.0, psnr_db=40.0), passage("real", crf, **real))


def test_each_codec_is_counted_for_itself():
    clips = [
        Judged(60, Quality(45.0, 0.99, 97.0), both(28, z_marked=6.0) + both(40, z_marked=1.0)),
        Judged(60, Quality(46.0, 0.99, 98.0), both(28, z_marked=4.0) + both(40, z_marked=5.0)),
    ]
    found = summary(clips, SCHEME, 0.95)
    assert (found["clips"], found["psnr_db"]) == (2, 45.5)
    assert (found["crf"], found["harder"]["crf"]) == (28, 40)
    assert (found["proxy"]["tpr"], found["real"]["tpr"]) == (1.0, 0.5)
    assert (found["harder"]["proxy"]["tpr"], found["harder"]["real"]["tpr"]) == (1.0, 0.5)
    assert found["mismatch_db"] == pytest.approx(10)
    assert found["real"]["bitrate_overhead"] == pytest.approx(0.1)


def test_every_false_positive_counts():
    """Unmarked clips under the right key, and all under wrong ones, in one exact interval."""
    rows = both(28, z_marked=9.0, z_unmarked=5.0, wrong=2)
    real = at_crf(list(rows), 28, SCHEME, 0.95)["real"]
    assert real["wrong_key_trials"] == 100
    assert real["fpr"] == 3 / 101
    assert real["fpr_ci_high"] == exact_interval(3, 101, 0.95)[1]
    assert real["fpr_bound"] == 1


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


def test_every_method_can_be_asked_for_and_has_a_row():
    (known,) = get_args(Baseline.model_fields["methods"].annotation)
    assert set(get_args(known)) == set(baseline.METHODS) == set(METHODS)


def test_a_missing_autograd_is_told_in_one_line():
    without = (
        "import runpy, sys; sys.modules['autograd'] = None;"
        "sys.argv[1:] = ['--method', 'adaptive'];"
        "runpy.run_module('stages.baseline', run_name='__main__')"
    )
    done = run(ROOT, sys.executable, "-W", "ignore", "-c", without, check=False)
    assert done.returncode == 1
    (told,) = done.stderr.splitlines()
    assert told.startswith("error: the baselines need autograd")
    assert "pip install autograd" in told
