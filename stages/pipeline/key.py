"""The secret key: from the environment or a file, never from a command line or a tracked file."""

import logging
import os
from pathlib import Path

from stages.errors import AfterimageError

KEY, KEY_FILE = "AFTERIMAGE_KEY", "AFTERIMAGE_KEY_FILE"
MIN_BYTES = 16

log = logging.getLogger(__name__)


def secret_key(demonstration_key: str) -> bytes:
    """The user's key, or the public demonstration key where none is set.

    Raises ``AfterimageError`` if the key is too short or its file cannot be read; the message
    never holds the key.
    """
    if text := os.environ.get(KEY):
        return _long_enough(text.encode(), KEY)
    if name := os.environ.get(KEY_FILE):
        try:
            return _long_enough(Path(name).read_bytes().strip(), f"{KEY_FILE} {name}")
        except OSError as error:
            raise AfterimageError(f"{KEY_FILE}: {name}: {error.strerror}") from error
    log.info("%s is not set: using the public demonstration key", KEY)
    return demonstration_key.encode()


def _long_enough(key: bytes, where: str) -> bytes:
    if len(key) < MIN_BYTES:
        raise AfterimageError(f"{where}: the key has {len(key)} bytes, at least {MIN_BYTES} needed")
    return key
