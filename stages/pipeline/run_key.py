"""The key of a run: the user's, or the public one for demonstration."""

import logging

from stages.common.key import KEY, given_key

log = logging.getLogger(__name__)


def secret_key(demonstration_key: str) -> bytes:
    """The user's key, or the public demonstration key where none is set.

    Raises ``AfterimageError`` as ``given_key`` does.
    """
    if key := given_key():
        return key
    log.info("%s is not set: using the public demonstration key", KEY)
    return demonstration_key.encode()
