"""The key of a run: the user's, or the public one for demonstration."""

import logging

from stages.common.key import KEY, user_key

log = logging.getLogger(__name__)


def secret_key(demonstration_key: str) -> bytes:
    """Return the user's key, or the public demonstration key where none is set.

    Raises ``AfterimageError`` as ``user_key`` does.
    """
    if key := user_key():
        return key
    log.info("%s is not set: using the public demonstration key", KEY)
    return demonstration_key.encode()
