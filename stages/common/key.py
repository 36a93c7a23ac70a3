"""The user's secret key: from a file or the environment, never from a command line."""

import os
from pathlib import Path

from stages.common.errors import AfterimageError

KEY, KEY_FILE = "AFTERIMAGE_KEY", "AFTERIMAGE_KEY_FILE"
MIN_BYTES = 16


def user_key(file: Path | None = None) -> bytes | None:
    """Return the key in a file, or else in the environment, or else in the file that it names.

    None, if there is none of these.

    Raises ``AfterimageError`` if the key is too short or its file cannot be read; the message
    never holds the key.
    """
    if file is not None:
        return _in_file(file, "key file")
    if text := os.environ.get(KEY):
        return _long_enough(text.encode(), KEY)
    if name := os.environ.get(KEY_FILE):
        return _in_file(Path(name), KEY_FILE)
    return None


def _in_file(path: Path, where: str) -> bytes:
    try:
        return _long_enough(path.read_bytes().strip(), f"{where} {path}")
    except OSError as error:
        raise AfterimageError(f"{where}: {path}: {error.strerror}") from error


def _long_enough(key: bytes, where: str) -> bytes:
    if len(key) < MIN_BYTES:
        raise AfterimageError(f"{where}: the key has {len(key)} bytes, at least {MIN_BYTES} needed")
    return key
