import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as stnp
from scipy.spatial.distance import cdist, pdist
from scipy.spatial.distance import hamming as scipy_hamming

from stages.common.errors import AfterimageError
from stages.fingerprint.distance import (
    from_hex,
    hamming,
    hamming_distances,
    impostor_counts,
    impostor_distances,
    nearest_impostors,
    to_hex,
)

three = stnp.arrays(np.bool_, (3, 256))


def test_a_distance_by_hand():
    a = np.array([True, False, True, True])
    b = np.array([True, True, False, True])
    assert hamming(a, b) == 2


@given(three)
def test_hamming_is_a_metric(hashes):
    a, b, c = hashes
    assert hamming(a, a) == 0
    assert hamming(a, b) == hamming(b, a) == round(256 * scipy_hamming(a, b))
    assert (hamming(a, b) == 0) == np.array_equal(a, b)
    assert hamming(a, c) <= hamming(a, b) + hamming(b, c)


@given(st.data(), st.integers(1, 300))
def test_distances_to_others_are_those_of_every_pair(data, bits):
    some, every = (
        data.draw(stnp.arrays(np.bool_, (data.draw(st.integers(1, 5)), bits))) for _ in range(2)
    )
    expected = np.rint(bits * cdist(some, every, "hamming"))
    np.testing.assert_array_equal(hamming_distances(some, every), expected)


def test_clips_of_one_recording_are_no_impostors():
    hashes = [np.arange(8) < ones for ones in (0, 1, 3, 8)]
    assert impostor_distances(hashes).tolist() == [1, 3, 8, 2, 7, 5]
    assert nearest_impostors(hashes) == [1, 1, 2, 5]
    recordings = ["lake", "lake", "door", "lake"]
    assert impostor_distances(hashes, recordings).tolist() == [3, 2, 5]
    assert nearest_impostors(hashes, recordings) == [3, 2, 2, 5]
    assert impostor_counts(hashes, recordings).tolist() == [0, 0, 1, 1, 0, 1, 0, 0, 0]


def test_more_videos_than_are_compared_at_once():
    rng = np.random.default_rng(1)
    hashes = rng.random((600, 64)) < 0.5
    expected = np.rint(64 * pdist(hashes, "hamming")).astype(int)
    np.testing.assert_array_equal(impostor_distances(list(hashes)), expected)
    counts = impostor_counts(list(hashes))
    np.testing.assert_array_equal(counts, np.bincount(expected, minlength=65))
    recordings = [f"{index // 3}" for index in range(600)]
    assert impostor_counts(list(hashes), recordings).sum() == 600 * 597 // 2


def test_a_recipe_may_have_a_distance_of_its_own():
    """Here, a byte counts once, however many of its bits differ."""

    def bytes_that_differ(some, every):
        differ = some[:, None] != every[None]
        return differ.reshape(len(some), len(every), -1, 8).any(axis=3).sum(axis=2)

    hashes = [np.arange(24) < ones for ones in (0, 5, 24)]
    assert impostor_distances(hashes, None, bytes_that_differ).tolist() == [1, 3, 3]
    assert nearest_impostors(hashes, None, bytes_that_differ) == [1, 1, 3]
    assert impostor_counts(hashes, None, bytes_that_differ)[:4].tolist() == [0, 1, 0, 2]


@pytest.mark.parametrize("videos", [0, 1, 3])
def test_one_recording_alone_has_no_impostor(videos):
    hashes = [np.zeros(8, np.bool_)] * videos
    assert impostor_distances(hashes, ["lake"] * videos).size == 0
    assert impostor_counts(hashes, ["lake"] * videos).sum() == 0
    assert nearest_impostors(hashes, ["lake"] * videos) == [-1] * videos


def test_fingerprints_of_different_length_have_no_distance():
    with pytest.raises(ValueError, match=r"\(8,\) and \(16,\)"):
        hamming(np.zeros(8, np.bool_), np.zeros(16, np.bool_))


@given(stnp.arrays(np.bool_, 256))
def test_hex_gives_back_what_was_written(bits):
    text = to_hex(bits)
    assert len(text) == 64
    np.testing.assert_array_equal(from_hex(text), bits)
    np.testing.assert_array_equal(from_hex(text.upper()), bits)


def test_the_first_bit_is_the_highest():
    assert to_hex(np.array([1, 0, 0, 0, 0, 0, 1, 1], np.bool_)) == "83"


@pytest.mark.parametrize("text", ["", "8", "0x83", "8g", "83 83", "83\n"])
def test_what_is_no_fingerprint_is_quoted(text):
    with pytest.raises(AfterimageError, match="not a fingerprint"):
        from_hex(text)


def test_bits_that_fill_no_whole_byte_are_refused():
    with pytest.raises(ValueError, match=r"\(12,\)"):
        to_hex(np.zeros(12, np.bool_))
