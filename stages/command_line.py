"""What the commands for own videos share: arguments, and errors in one line."""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from stages.errors import AfterimageError

INTERRUPTED = 130


@contextmanager
def told_in_one_line() -> Iterator[None]:
    """End the program with one line and exit status 1 at an error that a user can act on."""
    try:
        yield
    except AfterimageError as error:
        sys.exit(f"error: {' '.join(str(error).split())}")
    except BrokenPipeError:
        # Whoever read the output has seen enough; Python must not complain while it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        sys.exit(f"error: {error.filename or 'a file'}: {error.strerror or error}")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def positive(text: str) -> int:
    """A whole number from 1, as an argument's type."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r}: must be a whole number from 1")
    return int(text)
