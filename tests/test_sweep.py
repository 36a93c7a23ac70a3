"""A row of the sweep: which clips are in it, and its arithmetic."""

from dataclasses import replace

import pytest
from scipy.stats import beta

from stages.common.errors import AfterimageError
from stages.sweep import Score, lasting, summary
from stages.video.channel import Channel
from stages.video.codec import Codec

CODEC = Codec("libx264", 28)
SHIFTED = Channel("shifted", (CODEC,), "shifted")


def test_what_nothing_is_left_of_is_left_out(small_clips, caplog):
    short = replace(small_clips[0], id="short", frames=3)
    clips = [*small_clips, short]
    assert lasting(clips, SHIFTED) == list(small_clips)
    assert "shifted: left out, with 3 frames or less: short" in caplog.text
    assert lasting(clips, Channel("crf28", (CODEC,))) == clips


def test_if_nothing_is_left_at_all_it_is_said(small_clips):
    clips = [replace(clip, frames=2) for clip in small_clips]
    with pytest.raises(AfterimageError, match=r"no natural test clip has more than the 3 frames"):
        lasting(clips, SHIFTED)


def test_a_row_by_hand():
    score = Score(
        id="a", group="a", z_marked=9.0, z_unmarked=0.0, psnr_db=45.0, drift=2, kbps=90.0,
        kbps_marked=100.0, received_psnr_db=34.0, received_psnr_db_marked=33.0,
    )  # fmt: skip
    lost = replace(score, id="b", z_marked=4.0, psnr_db=46.0, drift=6, kbps=110.0)
    found = summary([score, lost], Channel("crf28", (CODEC,)), limit=5.0, confidence=0.95)
    assert (found["crf"], found["bitrate_kbps"], found["bitrate_kbps_marked"]) == (28, 100, 100)
    signature, fingerprint = found["signature"], found["fingerprint"]
    assert isinstance(signature, dict)
    assert isinstance(fingerprint, dict)
    assert (signature["tpr"], signature["fpr"], signature["attempts"]) == (0.5, 0.0, 1)
    assert signature["tpr_ci_high"] == pytest.approx(beta.ppf(0.975, 2, 1))
    assert signature["psnr_db"] == 45.5
    assert (fingerprint["drift_median"], fingerprint["drift_max"]) == (4.0, 6)
