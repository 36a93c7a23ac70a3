"""A row of the sweep: which clips are in it, and its arithmetic."""

from dataclasses import replace

import pytest
from scipy.stats import beta

from stages.common.errors import AfterimageError
from stages.signature.embed.distortion import Distortion
from stages.signature.model.spectrum import Signature
from stages.signature.scheme import SpreadSpectrum
from stages.signature.search.space import hand_set_vector, to_signature
from stages.sweep import RowScore, RowTest, long_enough, summary
from stages.video.channel import Channel
from stages.video.codec import Codec
from stages.video.search_range import SearchRange

CODEC = Codec("libx264", 28)
SHIFTED = Channel("shifted", (CODEC,), "shifted", SearchRange(frames=2))


def row_test(channel: Channel) -> RowTest:
    signature: Signature = to_signature(hand_set_vector(), "balanced")
    scheme = SpreadSpectrum(signature, Distortion(45.0), 1e-6, search_range=channel.search_range)
    return RowTest(channel, scheme, b"a key of sixteen bytes", "afterimage")


def test_what_nothing_is_left_of_is_left_out(small_clips, caplog):
    short = replace(small_clips[0], id="short", frames=3)
    clips = [*small_clips, short]
    assert long_enough(clips, SHIFTED) == list(small_clips)
    assert "shifted: left out, too short for it: short" in caplog.text
    assert long_enough(clips, Channel("crf28", (CODEC,))) == clips


def test_if_nothing_is_left_at_all_it_is_said(small_clips):
    clips = [replace(clip, frames=2) for clip in small_clips]
    with pytest.raises(
        AfterimageError,
        match=r"`shifted` leaves nothing of any natural test clip, for it needs 4 frames",
    ):
        long_enough(clips, SHIFTED)


def test_a_row_by_hand():
    score = RowScore(
        id="a", group="a", z_marked=9.0, z_unmarked=0.0, psnr_db=45.0, drift=2, kbps=90.0,
        kbps_marked=100.0, received_psnr_db=34.0, received_psnr_db_marked=33.0,
    )  # fmt: skip
    lost = replace(score, id="b", z_marked=5.5, psnr_db=46.0, drift=6, kbps=110.0)
    row = summary([score, lost], row_test(SHIFTED), confidence=0.95)
    assert (row["crf"], row["bitrate_kbps"], row["bitrate_kbps_marked"]) == (28, 100, 100)
    signature, fingerprint = row["signature"], row["fingerprint"]
    assert isinstance(signature, dict)
    assert isinstance(fingerprint, dict)
    # 5.5 is enough without a search, sqrt(2 ln 1e6) = 5.26, and not for five attempts.
    assert signature["z_threshold"] == pytest.approx(5.55427, abs=1e-5)
    assert (signature["tpr"], signature["fpr"], signature["attempts"]) == (0.5, 0.0, 5)
    assert signature["fpr_bound"] == pytest.approx(1e-6)
    assert signature["tpr_ci_high"] == pytest.approx(beta.ppf(0.975, 2, 1))
    assert signature["psnr_db"] == 45.5
    assert (fingerprint["drift_median"], fingerprint["drift_max"]) == (4.0, 6)
