"""A signature's file: what is written is read, and what is wrong with it is told key by key."""

import json

import pytest

from stages.common.errors import AfterimageError
from stages.signature.model.spectrum import load_signature
from stages.signature.search.space import hand_set_vector, to_signature

SIGNATURE = to_signature(hand_set_vector(), "balanced")


@pytest.fixture
def content():
    return json.loads(SIGNATURE.to_json())


def told(path, content):
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    with pytest.raises(AfterimageError) as error:
        load_signature(path)
    return str(error.value).removeprefix(f"{path}: not a signature file: ")


def test_what_is_written_is_read(tmp_path):
    path = tmp_path / "signature.json"
    path.write_text(SIGNATURE.to_json())
    assert load_signature(path) == SIGNATURE


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        (
            "half_period",
            0,
            "carriers.0.half_period = 0: Input should be greater than or equal to 1",
        ),
        ("half_period", "4", "carriers.0.half_period = '4': Input should be a valid integer"),
        ("plane", "Q", "carriers.0.plane = 'Q': Input should be 'Y', 'U' or 'V'"),
        ("block", 0, "carriers.0.block = 0: Input should be greater than or equal to 2"),
        ("block", 7.5, "carriers.0.block = 7.5: Input should be a valid integer"),
        ("softness", 0, "carriers.0.softness = 0: Input should be greater than 0"),
        ("share", -1, "carriers.0.share = -1: Input should be greater than 0"),
        ("drift", 1.1, "carriers.0.drift = 1.1: Input should be less than or equal to 1"),
        ("centre", float("nan"), "carriers.0.centre = nan: Input should be a finite number"),
        ("colour", 1, "carriers.0.colour = 1: Unexpected keyword argument"),
    ],
)
def test_a_bad_value_is_told_with_its_key_and_what_is_allowed(
    tmp_path, content, key, value, expected
):
    content["carriers"][0][key] = value
    assert told(tmp_path / "signature.json", content) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("{}", "carriers: Field required"),
        ("[]", "Input should be an object"),
        ("not JSON", "Invalid JSON"),
        ('{"carriers": []}', "carriers: Tuple should have at least 1 item"),
    ],
)
def test_another_file_is_refused(tmp_path, content, expected):
    assert told(tmp_path / "signature.json", content).startswith(expected)


def test_carriers_that_would_share_their_chips_are_refused(tmp_path, content):
    """The bound on false positives is for independent ones."""
    content["carriers"].append(content["carriers"][0])
    assert told(tmp_path / "signature.json", content) == "a carrier stands in it twice"
