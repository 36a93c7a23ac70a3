import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stages.hash_drift import tally


@given(st.lists(st.integers(0, 256), max_size=50))
def test_every_pair_is_in_the_tally_once(distances):
    table = tally(np.array(distances, np.int64))
    counted = [row["distance"] for row in table for _ in range(row["pairs"])]
    assert counted == sorted(distances)
    assert all(row["pairs"] > 0 for row in table)
