import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.signature.chips import chips, derived_key

KEY = b"sixteen bytes ok"


def test_chips_are_the_bits_of_shake_256():
    parts = (b"afterimage/chips/1", KEY, b"Y/block8/flip4")
    data = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    digest = hashlib.shake_256(data).digest(2)
    expected = [1 - 2 * int(bit) for byte in digest for bit in f"{byte:08b}"][:11]
    assert chips(KEY, "Y/block8/flip4", 11).tolist() == expected


@given(st.binary(min_size=1, max_size=40), st.text(max_size=20), st.integers(1, 200))
def test_chips_are_signs_and_a_longer_stream_begins_with_the_shorter(key, context, count):
    signs = chips(key, context, count)
    assert signs.shape == (count,)
    assert set(signs.tolist()) <= {-1, 1}
    np.testing.assert_array_equal(chips(key, context, count + 9)[:count], signs)


def test_chips_are_balanced_and_unlike_for_other_keys_and_contexts():
    count = 100_000
    streams = [chips(KEY, "a", count), chips(KEY, "b", count), chips(KEY + b"!", "a", count)]
    gram = np.stack(streams).astype(int) @ np.stack(streams).astype(int).T
    # Sums of 100,000 fair signs have a standard deviation of 316.
    assert np.abs(gram[np.triu_indices(3, k=1)]).max() < 5 * 317
    assert all(abs(int(stream.sum())) < 5 * 317 for stream in streams)


def test_the_border_between_key_and_context_is_marked():
    assert chips(b"ab", "c", 64).tolist() != chips(b"a", "bc", 64).tolist()


@pytest.mark.parametrize("purpose", ["a", "b"])
def test_a_derived_key_is_long_and_its_own(purpose):
    assert len(derived_key(KEY, purpose)) == 32
    assert derived_key(KEY, purpose) != derived_key(KEY, purpose + "x")
    assert derived_key(KEY, purpose) != derived_key(KEY + b"x", purpose)
