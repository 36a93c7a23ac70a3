"""The judge's own arithmetic, by hand."""

import pytest

from stages.baselines.judge import JudgedClip, Passage, at_crf, summary
from stages.common.statistics import exact_interval
from stages.schemes.fixed_pattern import FixedPattern
from stages.signature.embed.distortion import Distortion
from stages.video.quality import Quality

SCHEME = FixedPattern(Distortion(45.0), threshold=5.0)


def passage(through, crf, *, z_marked, z_unmarked=0.0, wrong=0, psnr_db=30.0):
    return Passage("a", "g", through, crf, z_marked, z_unmarked, wrong, psnr_db, 100, 110, 100)


def both(crf, **real):
    return (passage("proxy", crf, z_marked=9.0, psnr_db=40.0), passage("real", crf, **real))


def test_each_codec_is_counted_for_itself():
    clips = [
        JudgedClip(60, Quality(45.0, 0.99, 97.0), both(28, z_marked=6.0) + both(40, z_marked=1.0)),
        JudgedClip(60, Quality(46.0, 0.99, 98.0), both(28, z_marked=4.0) + both(40, z_marked=5.0)),
    ]
    metrics = summary(clips, SCHEME, 0.95)
    assert (metrics["clips"], metrics["psnr_db"]) == (2, 45.5)
    assert (metrics["crf"], metrics["harder"]["crf"]) == (28, 40)
    assert (metrics["proxy"]["tpr"], metrics["real"]["tpr"]) == (1.0, 0.5)
    assert (metrics["harder"]["proxy"]["tpr"], metrics["harder"]["real"]["tpr"]) == (1.0, 0.5)
    assert metrics["mismatch_db"] == pytest.approx(10)
    assert metrics["real"]["bitrate_overhead"] == pytest.approx(0.1)


def test_every_false_positive_counts():
    """Unmarked clips under the right key, and all under wrong ones, in one exact interval."""
    rows = both(28, z_marked=9.0, z_unmarked=5.0, wrong=2)
    real = at_crf(rows, 28, SCHEME, 0.95)["real"]
    assert real["wrong_key_trials"] == 100
    assert real["fpr"] == 3 / 101
    assert real["fpr_ci_high"] == exact_interval(3, 101, 0.95)[1]
    assert real["fpr_bound"] == 1


def test_a_row_has_the_published_columns():
    assert list(passage("real", 28, z_marked=6.0).row()) == [
        "id", "group", "through", "crf", "z_marked", "z_unmarked", "wrong_key_positives",
        "codec_psnr_db", "bytes_marked", "bytes_unmarked",
    ]  # fmt: skip
