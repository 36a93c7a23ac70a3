import hashlib
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.signature.model.carriers import carrier_band
from stages.signature.model.chips import chips, derived_key, signs
from stages.signature.model.spectrum import Carrier

KEY = b"sixteen bytes ok"
CARRIER = Carrier(
    plane="V", block=20, half_period=4, share=1.0, centre=0.06, width=0.3, activity=0.0, noise=15.0,
    drift=0.5, whitening=1.0, softness=0.7, weight=1.0,
)  # fmt: skip


def test_chips_are_the_bits_of_shake_256():
    parts = (b"afterimage/chips/1", KEY, b"Y/block8/flip4")
    data = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    digest = hashlib.shake_256(data).digest(2)
    expected = [1 - 2 * int(bit) for byte in digest for bit in f"{byte:08b}"][:11]
    assert chips(KEY, "Y/block8/flip4", 11).tolist() == expected


@given(st.binary(min_size=1, max_size=40), st.text(max_size=20), st.integers(1, 200))
def test_chips_are_signs_and_a_longer_stream_begins_with_the_shorter(key, context, count):
    drawn = chips(key, context, count)
    assert drawn.shape == (count,)
    assert set(drawn.tolist()) <= {-1, 1}
    np.testing.assert_array_equal(chips(key, context, count + 9)[:count], drawn)


def test_chips_are_balanced_and_unlike_for_other_keys_and_contexts():
    count = 100_000
    streams = [chips(KEY, "a", count), chips(KEY, "b", count), chips(KEY + b"!", "a", count)]
    gram = np.stack(streams).astype(int) @ np.stack(streams).astype(int).T
    # Sums of 100,000 fair signs have a standard deviation of 316.
    assert np.abs(gram[np.triu_indices(3, k=1)]).max() < 5 * 317
    assert all(abs(int(stream.sum())) < 5 * 317 for stream in streams)


def test_the_sign_of_a_coefficient_is_drawn_in_the_order_of_its_frequency():
    drawn = chips(KEY, CARRIER.address, 6 * 400)
    order = sorted((row**2 + column**2, row, column) for row in range(20) for column in range(20))
    where = carrier_band(CARRIER)
    carrier_signs = signs(KEY, CARRIER, 6)
    for place, (row, column) in enumerate(zip(where.rows, where.columns, strict=True)):
        rank = order.index((row**2 + column**2, row, column))
        assert carrier_signs[:, place].tolist() == drawn[6 * rank : 6 * rank + 6].tolist()


def test_a_coefficient_keeps_its_sign_when_the_band_around_it_changes():
    other = replace(CARRIER, centre=1.2 * CARRIER.centre, width=1.5 * CARRIER.width)
    narrow: dict[tuple[int, int], list[int]] = {}
    wide: dict[tuple[int, int], list[int]] = {}
    for carrier, seen in ((CARRIER, narrow), (other, wide)):
        where = carrier_band(carrier)
        for place, at in enumerate(zip(where.rows, where.columns, strict=True)):
            seen[at] = signs(KEY, carrier, 6)[:, place].tolist()
    shared = narrow.keys() & wide.keys()
    assert len(narrow) < len(wide)
    assert len(shared) > len(narrow) / 2
    assert all(narrow[at] == wide[at] for at in shared)


def test_a_picture_without_a_block_has_no_signs():
    assert signs(KEY, CARRIER, 0).shape == (0, carrier_band(CARRIER).ranks.size)


def test_the_border_between_key_and_context_is_marked():
    assert chips(b"ab", "c", 64).tolist() != chips(b"a", "bc", 64).tolist()


@pytest.mark.parametrize("purpose", ["a", "b"])
def test_a_derived_key_is_long_and_its_own(purpose):
    assert len(derived_key(KEY, purpose)) == 32
    assert derived_key(KEY, purpose) != derived_key(KEY, purpose + "x")
    assert derived_key(KEY, purpose) != derived_key(KEY + b"x", purpose)
