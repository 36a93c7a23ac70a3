"""The user's secret key: from a file or the environment, never from a command line."""

import os
import re
from pathlib import Path

from stages.common.errors import AfterimageError

KEY, KEY_FILE = "AFTERIMAGE_KEY", "AFTERIMAGE_KEY_FILE"
MIN_BYTES = 16

# A derived key as text: any bytes, those at its ends that look like white space included.
_PREFIX = b"afterimage-key:"
_DERIVED_BYTES = 32
_DERIVED = re.compile(_PREFIX + rb"([0-9a-fA-F]{%d})" % (2 * _DERIVED_BYTES))


def user_key(file: Path | None = None) -> bytes | None:
    """Return the key in a file, or else in the environment, or else in the file that it names.

    White space around it is left out, its bytes need not be UTF-8, and the text of a derived key
    (``to_text``) stands for that key. None, if there is no file and neither variable is set.

    Raises ``AfterimageError`` if the key is blank, too short or a damaged text of a derived key, or
    if its file cannot be read; the message never holds the key.
    """
    if file is not None:
        return _in_file(file, "key file")
    if KEY in os.environ:
        return _parsed(os.fsencode(os.environ[KEY]), KEY)
    if KEY_FILE in os.environ:
        name = os.environ[KEY_FILE]
        if not name.strip():
            raise AfterimageError(f"{KEY_FILE}: empty; name a file, or unset the variable")
        return _in_file(Path(name), KEY_FILE)
    return None


def to_text(derived: bytes) -> str:
    """Write a derived key of 32 bytes as text that ``user_key`` reads back exactly."""
    if len(derived) != _DERIVED_BYTES:
        raise ValueError(f"a derived key has {_DERIVED_BYTES} bytes, and not {len(derived)}")
    return _PREFIX.decode() + derived.hex()


def _in_file(path: Path, where: str) -> bytes:
    try:
        return _parsed(path.read_bytes(), f"{where} {path}")
    except OSError as error:
        raise AfterimageError(f"{where}: {path}: {error.strerror}") from error


def _parsed(content: bytes, where: str) -> bytes:
    """Return the key that the content of a file or of a variable stands for."""
    key = content.strip()
    if not key.decode(errors="replace").strip():
        raise AfterimageError(f"{where}: the key is blank, at least {MIN_BYTES} bytes needed")
    if key.startswith(_PREFIX):
        derived = _DERIVED.fullmatch(key)
        if derived is None:
            raise AfterimageError(
                f"{where}: a damaged key: {_PREFIX.decode()} and {2 * _DERIVED_BYTES} hexadecimal "
                "digits needed"
            )
        return bytes.fromhex(derived[1].decode())
    if len(key) < MIN_BYTES:
        raise AfterimageError(f"{where}: the key has {len(key)} bytes, at least {MIN_BYTES} needed")
    return key
