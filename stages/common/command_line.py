"""Tools of the command line, for stages and commands alike: errors in one line, arguments."""

import argparse
import errno
import math
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from stages.common.errors import AfterimageError

INTERRUPTED = 130

_FREE_SPACE = "; free some space and run the same command again"
_ADVICE = {
    errno.ENOSPC: _FREE_SPACE,
    errno.EDQUOT: _FREE_SPACE,
    errno.ENOENT: "; `dvc repro` or `dvc checkout` brings back what is missing",
}


@contextmanager
def report_errors(status: int = 1) -> Iterator[None]:
    """End the program with one line and an exit status at an error that a user can act on."""
    try:
        yield
    except AfterimageError as error:
        _fail(str(error), status)
    except BrokenPipeError:
        # Whoever read the output has seen enough; Python must not complain while it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        reason = error.strerror or str(error)
        _fail(f"{error.filename or 'a file'}: {reason}{_ADVICE.get(error.errno or 0, '')}", status)
    except MemoryError:
        _fail("out of memory; set AFTERIMAGE_WORKERS to fewer processes", status)
    except KeyboardInterrupt:
        _fail("interrupted; run the same command again to go on", INTERRUPTED)


def _fail(message: str, status: int) -> None:
    # ffmpeg and the operating system may send several lines; the user gets one.
    print(f"error: {' '.join(message.split())}", file=sys.stderr)
    sys.exit(status)


def parser() -> argparse.ArgumentParser:
    """Make the parser of the module that was started, whose docstring is its help."""
    main = sys.modules["__main__"]
    name = main.__spec__.name if main.__spec__ else main.__name__
    return argparse.ArgumentParser(
        prog=f"python -m {name.removesuffix('.__main__')}",
        description=main.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def positive(text: str) -> int:
    """Read a whole number from 1: an argument's type."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r}: must be a whole number from 1")
    return int(text)


def between(low: float, high: float) -> Callable[[str], float]:
    """Make an argument's type that reads a number in a range."""

    def number(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text!r}: must be from {low:g} to {high:g}")
        return value

    return number
