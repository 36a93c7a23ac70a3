"""Errors that a user can act on: each is shown as one line, without a traceback."""


class AfterimageError(Exception):
    """A problem with the input, the parameters or the machine, in one line."""


class VideoError(AfterimageError):
    """A video that cannot be read, or an encoder that refused one."""
