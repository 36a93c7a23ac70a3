"""The key of a run: the user's, or the public one for demonstration."""

import logging

from stages.common.key import KEY, user_key

log = logging.getLogger(__name__)


def secret_key(demonstration_key: str) -> bytes:
    """Return the user's key, or the public demonstration key where no variable for one is set.

    A variable that is set and empty is an error, and no wish for the public key.

    Raises ``AfterimageError`` as ``user_key`` does.
    """
    key = user_key()
    if key is not None:
        return key
    log.info("%s is not set: using the public demonstration key", KEY)
    return demonstration_key.encode()
