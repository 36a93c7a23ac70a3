"""The benchmarks' own arithmetic; what they measure takes longer than a test."""

import numpy as np
import pytest

from benchmarks import fingerprint_robustness as robustness
from benchmarks import peers_fingerprint as peers
from benchmarks.fingerprint_robustness import Drift, Treatment
from benchmarks.footage import markdown
from stages.fingerprint.impostors import ImpostorModel
from stages.video.codec import Codec
from stages.video.sources.synthetic import draw

FAIR = ImpostorModel(bits=256, mean=0.5, freedom=256)


def test_a_table():
    rows = [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]
    assert markdown(rows) == "| a | b |\n| --- | --- |\n| 1 | 2 |\n| 3 | 4 |"


def test_a_row_counts_what_is_found_and_passes_over_what_is_too_short():
    limit = FAIR.threshold(1e-6)
    drifts = [Drift(0, 1), Drift(limit, 1), Drift(limit + 1, 1), Drift(limit, 2), None]
    told = robustness.row("any", drifts, FAIR)
    assert told["found"] == "2 of 4"
    assert told["most"] == str(limit + 1)


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
    cut = Treatment("cut", edit="first and last second cut")
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
