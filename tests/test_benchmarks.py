"""The benchmarks' own arithmetic; what they measure takes longer than a test."""

import sys
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit

from benchmarks import fingerprint_robustness as robustness
from benchmarks import peers_fingerprint as peers
from benchmarks import signature_halves as halves
from benchmarks.fingerprint_robustness import BestMatch, Treatment
from benchmarks.footage import FRAMES, markdown
from benchmarks.search_gain import leads
from benchmarks.signature_halves import Outcome
from stages.fingerprint.impostors import ImpostorModel
from stages.pipeline.params.file import load_params
from stages.signature.settings import conditions
from stages.sources.synthetic.drawing import draw
from stages.video.codec import Codec
from stages.video.colour import ColourDifference
from tests.worktree import ROOT, run

FAIR = ImpostorModel(bits=256, mean=0.5, freedom=256)


def test_a_table():
    rows = [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]
    assert markdown(rows) == "| a | b |\n| --- | --- |\n| 1 | 2 |\n| 3 | 4 |"


def test_a_row_counts_what_is_found_and_passes_over_what_is_too_short():
    limit = FAIR.threshold(1e-6)
    drifts = [*(BestMatch(bits, 1) for bits in (0, limit, limit + 1)), BestMatch(limit, 2), None]
    cells = robustness.row("any", drifts, FAIR)
    assert cells["found"] == "2 of 4"
    assert cells["most"] == str(limit + 1)


def test_what_is_looked_for_is_paid_for_and_found():
    wide = draw("natural", 4, 8, 1)
    plain = robustness.drift(wide, Treatment("plain", edit="grey"))
    assert plain is not None
    assert plain.comparisons == 1
    for edit, comparisons in (("letterbox", 4), ("mirrored", 2)):
        searched = robustness.drift(wide, Treatment("", edit=edit, searched=True))
        assert searched is not None
        assert searched.comparisons == comparisons
        assert searched.bits <= 10


def test_a_clip_too_short_to_be_cut_is_left_out():
    cut = Treatment("cut", edit="ends_cut")
    assert robustness.drift(draw("natural", 4, 8, 1), cut) is None


def test_generations_follow_each_other(natural):
    codecs = (Codec(crf=28), Codec(crf=35))
    once, twice = (Treatment("", codecs[:n]).received(natural) for n in (1, 2))
    np.testing.assert_array_equal(codecs[1].round_trip(once).i420, twice.i420)


def test_bits_and_angles_share_a_scale():
    bits = np.arange(64) % 2 == 0
    assert peers.distance(bits, bits) == 0
    assert peers.distance(bits, ~bits) == 256
    across, along = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    assert peers.distance(across, along) == pytest.approx(128)
    assert peers.distance(across, -across) == pytest.approx(256)


def test_signs_of_random_projections_differ_by_the_angle():
    rng = np.random.default_rng(2)
    a, b = (vector / np.linalg.norm(vector) for vector in rng.normal(size=(2, 20)))
    directions = rng.normal(size=(20, 20_000))
    differing = np.mean((a @ directions > 0) != (b @ directions > 0)) * 256
    assert differing == pytest.approx(peers.distance(a, b), abs=3)


def test_our_own_hashes_need_nothing_installed():
    assert [peer.name for peer in peers.PEERS if peer.module == "stages" and peer.installed] == [
        "afterimage (ours)", "classic (the earlier recipe)",
    ]  # fmt: skip


SEEN = ColourDifference(0.7, 7.0, 0.2, 8.0)


def outcome(*z, psnr_db=45.0):
    return Outcome(z=z, psnr_db=psnr_db, worst_frame_db=psnr_db - 2.5, colour=SEEN)


def test_a_row_of_the_halves_counts_from_the_threshold_on():
    outcomes = [
        outcome(20.0, 9.0, 8.0, 6.0, 1.0, 7.0),
        outcome(10.0, 5.2, 5.3, 0.0, 1.0, 7.0, psnr_db=46.0),
    ]
    cells = halves.row("any", outcomes, load_params(ROOT / "params.yaml"))
    # Clopper and Pearson by hand, of 2 in 2 and of none in 2: 0.025 ** (1 / 2).
    assert cells["CRF 28"] == "100% (16% to 100%), z 15.0"
    assert cells["CRF 35"].startswith("50% ")
    assert cells["CRF 51"] == "0% (0% to 84%), z 1.0"
    assert cells["least PSNR, clip / frame"] == "45.0 / 42.5 dB"


def test_leads_are_clip_by_clip():
    params = load_params(ROOT / "params.yaml")
    survived = conditions(params.compress.codec, params.signature)
    before = [outcome(5.0, 5.0, 5.0, 5.0, 5.0, 5.0), outcome(9.0, 9.0, 9.0, 9.0, 9.0, 9.0)]
    after = [outcome(6.0, 5.0, 5.0, 5.0, 5.0, 5.0), outcome(12.0, 9.0, 9.0, 9.0, 9.0, 9.0)]
    rows = {row["after"]: row for row in leads(before, after, survived)}
    assert rows["CRF 28, z"]["lead of the optimised"] == "+2.000 ± 1.000"
    assert rows["CRF 28, z"]["clips on which it leads"] == "2 of 2"
    assert rows["CRF 35, z"]["lead of the optimised"] == "+0.000 ± 0.000"
    gained = (expit(6.0 - survived.threshold) - expit(5.0 - survived.threshold)) / 6
    safe = (expit(12.0 - survived.threshold) - expit(9.0 - survived.threshold)) / 6
    assert rows["objective"]["lead of the optimised"].startswith(f"{(gained + safe) / 2:+.3f}")


def test_short_clips_are_named(small_clips):
    whole = [replace(clip, frames=FRAMES) for clip in small_clips]
    assert halves.lengths(whole) == "60 frames"
    assert halves.lengths([*whole, *small_clips[:2]]) == "60 frames (2 have less: 24, 24)"


def test_a_folder_without_a_video_is_reported_in_one_line(tmp_path):
    (tmp_path / "broken.mp4").write_bytes(b"no video")
    done = run(ROOT, sys.executable, "-m", "benchmarks.own_video", str(tmp_path), check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == f"error: {tmp_path}: no video that can be decoded"
    assert "Traceback" not in done.stderr
