from hypothesis import given
from hypothesis import strategies as st

from stages.fingerprint.counted import counted
from stages.hash_drift import tally


@given(st.lists(st.integers(0, 256), max_size=50))
def test_every_pair_is_in_the_tally_once(distances):
    table = tally(counted(distances))
    listed = [row["distance"] for row in table for _ in range(row["pairs"])]
    assert listed == sorted(distances)
    assert all(row["pairs"] > 0 for row in table)
