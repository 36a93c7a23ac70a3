"""The error of a file that is not taken."""

from stages.common.errors import AfterimageError


class RefusedError(AfterimageError):
    """One file that is missing or not what it should be; others may be well."""
