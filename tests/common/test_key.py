"""The user's key, as it is read, and the text of a derived one."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.common.errors import AfterimageError
from stages.common.key import to_text, user_key

PREFIX = b"afterimage-key:"
BLANK = ["", " " * 20, "\n", " \t\r\n" * 8, "\u3000" * 20, "\u00a0" * 20]
WHITE_SPACE = st.text(" \t\r\n", max_size=3).map(str.encode)


@pytest.fixture
def variables(monkeypatch):
    """Set the variables of the environment; those that are not named are unset."""

    def set_to(**values):
        for name in ("AFTERIMAGE_KEY", "AFTERIMAGE_KEY_FILE"):
            monkeypatch.delenv(name, raising=False)
        for name, value in values.items():
            monkeypatch.setenv(name, value)

    set_to()
    return set_to


@pytest.fixture(scope="module")
def key_file(tmp_path_factory):
    """A place for a key file, written anew by each example."""
    return tmp_path_factory.mktemp("keys") / "key"


@given(derived=st.binary(min_size=32, max_size=32), before=WHITE_SPACE, after=WHITE_SPACE)
def test_any_derived_key_comes_back_from_its_text(key_file, derived, before, after):
    key_file.write_bytes(before + to_text(derived).encode() + after)
    assert user_key(key_file) == derived


@given(st.binary(min_size=20).map(bytes.strip).filter(lambda key: len(key) >= 16))
def test_a_key_of_ordinary_bytes_is_those_bytes(key_file, key):
    key_file.write_bytes(b"\n" + key + b"\r\n")
    assert user_key(key_file) == key


def test_a_hexadecimal_key_without_the_prefix_is_its_text(key_file):
    key_file.write_text("39765196ee381d88267cc5f9a5a1c4fe")
    assert user_key(key_file) == b"39765196ee381d88267cc5f9a5a1c4fe"


@given(st.binary(min_size=32, max_size=32), st.data())
def test_a_damaged_text_of_a_derived_key_is_refused(key_file, derived, data):
    """It is no other key: a court would then read "not found"."""
    text = to_text(derived).encode()
    place = data.draw(st.integers(len(PREFIX), len(text) - 1))
    digit = data.draw(st.sampled_from([b"", b"g", b" ", b"00", b"\xff"]))
    key_file.write_bytes(text[:place] + digit + text[place + 1 :])
    with pytest.raises(AfterimageError, match="damaged key: afterimage-key: and 64 hexa") as caught:
        user_key(key_file)
    assert derived.hex() not in str(caught.value)


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_only_a_derived_key_has_a_text(length):
    with pytest.raises(ValueError, match="a derived key has 32 bytes"):
        to_text(bytes(length))


def test_a_variable_is_stripped_as_a_file_is(variables, tmp_path):
    text = " \ta key of 16 bytes or more\r\n"
    (tmp_path / "key").write_text(text)
    variables(AFTERIMAGE_KEY=text)
    assert user_key() == user_key(tmp_path / "key") == b"a key of 16 bytes or more"


def test_a_key_that_is_not_utf_8_is_its_bytes(variables, tmp_path):
    key = b"\xff a key in latin 1: \xe4\xf6\xfc"
    (tmp_path / "key").write_bytes(key)
    assert user_key(tmp_path / "key") == key
    variables(AFTERIMAGE_KEY=os.fsdecode(key))
    assert os.environb[b"AFTERIMAGE_KEY"] == key
    assert user_key() == key


@pytest.mark.parametrize("blank", BLANK)
def test_a_blank_key_is_refused_wherever_it_stands(variables, tmp_path, blank):
    (tmp_path / "key").write_text(blank, encoding="utf-8")
    with pytest.raises(AfterimageError, match="key: the key is blank, at least 16 bytes needed"):
        user_key(tmp_path / "key")
    variables(AFTERIMAGE_KEY=blank)
    with pytest.raises(AfterimageError, match=r"^AFTERIMAGE_KEY: the key is blank"):
        user_key()


@pytest.mark.parametrize("blank", ["", "  "])
def test_a_blank_name_of_a_key_file_is_refused(variables, blank):
    variables(AFTERIMAGE_KEY_FILE=blank)
    with pytest.raises(AfterimageError, match=r"^AFTERIMAGE_KEY_FILE: empty; name a file"):
        user_key()


def test_the_file_goes_first_and_an_empty_variable_is_not_passed_over(variables, tmp_path):
    (tmp_path / "key").write_text("a key in a file, long enough")
    variables(AFTERIMAGE_KEY="", AFTERIMAGE_KEY_FILE=str(tmp_path / "key"))
    assert user_key(tmp_path / "key") == b"a key in a file, long enough"
    with pytest.raises(AfterimageError, match=r"^AFTERIMAGE_KEY: the key is blank"):
        user_key()


def test_without_a_file_and_variables_there_is_no_key(variables):
    variables()
    assert user_key() is None
