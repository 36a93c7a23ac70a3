"""Names of finished work."""

from stages.pipeline.scratch import digest


def test_a_digest_is_of_everything():
    assert digest(1, {"a": 2, "b": 3}) == digest(1, {"b": 3, "a": 2})
    assert len({digest(1), digest(2), digest("1"), digest(1, 1), digest([1, 1])}) == 5
