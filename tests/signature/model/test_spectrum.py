"""The signature's file: it is read as it was written, and errors name the key and its value."""

import json
from dataclasses import replace

import pytest

from stages.common.errors import AfterimageError
from stages.signature.model.spectrum import FrameSize, load_signature
from stages.signature.search.space import hand_set_vector, to_signature

SIGNATURE = to_signature(hand_set_vector(), "balanced")


@pytest.fixture
def content():
    return json.loads(SIGNATURE.to_json())


def refusal(path, content):
    """Return what a file with this content is refused for."""
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    with pytest.raises(AfterimageError) as error:
        load_signature(path)
    return str(error.value).removeprefix(f"{path}: not a signature file: ")


@pytest.mark.parametrize("size", [FrameSize(320, 240), FrameSize(640, 360)])
def test_a_signature_survives_its_file(tmp_path, size):
    path, signature = tmp_path / "signature.json", replace(SIGNATURE, frame=size)
    path.write_text(signature.to_json())
    assert load_signature(path) == signature


def test_the_file_says_for_which_frame_size_it_was_learned(content):
    assert content["frame"] == {"width": 320, "height": 240}


def test_a_file_from_before_the_frame_size_is_refused_in_one_line(tmp_path, content):
    del content["frame"]
    expected = "frame: missing, the width and height for which the signature was learned"
    assert refusal(tmp_path / "signature.json", content) == expected


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        ({"width": 320}, "frame.height: Field required"),
        ({"width": 0, "height": 240}, "frame.width = 0: Input should be greater than 0"),
        ({"width": 320, "height": 241}, "frame.height = 241: Input should be a multiple of 2"),
        ({"width": "320", "height": 240}, "frame.width = '320': Input should be a valid integer"),
    ],
)
def test_a_bad_frame_size_is_refused(tmp_path, content, frame, expected):
    content["frame"] = frame
    assert refusal(tmp_path / "signature.json", content) == expected


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
def test_a_bad_value_is_refused_with_its_key_and_what_is_allowed(
    tmp_path, content, key, value, expected
):
    content["carriers"][0][key] = value
    assert refusal(tmp_path / "signature.json", content) == expected


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
    assert refusal(tmp_path / "signature.json", content).startswith(expected)


def test_carriers_that_would_share_their_chips_are_refused(tmp_path, content):
    """The bound on false positives is for independent ones."""
    content["carriers"].append(content["carriers"][0])
    assert refusal(tmp_path / "signature.json", content) == "a carrier stands in it twice"
