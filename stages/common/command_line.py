"""Tools of the command line, for stages and commands alike: errors in one line, arguments."""

import argparse
import errno
import io
import math
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn, TextIO

from stages.common.errors import AfterimageError

INTERRUPTED = 130

_FREE_SPACE = "; free some space and run the same command again"
_ADVICE = {
    errno.ENOSPC: _FREE_SPACE,
    errno.EDQUOT: _FREE_SPACE,
}
_BRING_BACK = "; `dvc repro` or `dvc checkout` brings back what is missing"
# The folders of what the pipeline makes, in the folder that has this file.
_PIPELINE, _MADE = Path("dvc.yaml"), ("data", "metrics", "report")


@contextmanager
def report_errors(status: int = 1) -> Iterator[None]:
    """End the program with an exit status at any error, and with one line if a user can act on it.

    An error that nobody foresaw has its traceback before the line. The status is the same if the
    line cannot be printed, and if what was printed before cannot be written: a reader that is gone
    (``| head``) is an error like others.
    """
    _escape_what_cannot_be_printed()
    try:
        try:
            yield
        except SystemExit:
            _flush()
            raise
        _flush()
    except AfterimageError as error:
        _fail(str(error), status)
    except BrokenPipeError:
        _fail("nobody reads the output any more", status)
    except OSError as error:
        _fail(
            f"{error.filename or 'a file'}: {error.strerror or error}{_advice(error)}",
            status,
        )
    except MemoryError:
        _fail("out of memory; set AFTERIMAGE_WORKERS to fewer processes", status)
    except KeyboardInterrupt:
        _fail("interrupted; run the same command again to go on", INTERRUPTED)
    except Exception as error:
        traces = "".join(traceback.format_exception(error))
        _end(f"{traces}error: this should not happen: {_one_line(repr(error))}\n", status)


@contextmanager
def interrupted_by_signals() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the program as Ctrl-C does, so that it cleans up.

    A signal that is ignored stays so: ``nohup`` wants that.
    """
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    changed = {number: handler for number, handler in before.items() if handler == signal.SIG_DFL}
    for number in changed:
        signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number, handler in changed.items():
            signal.signal(number, handler)


def require_open_streams() -> None:
    """Raise ``AfterimageError`` if the standard output or the standard error is closed.

    A finding or an error would get lost; and the next file that is opened would take its place, and
    get what libraries print.
    """
    if sys.stdout is None or sys.stderr is None:
        raise AfterimageError("the standard output and the standard error must not be closed")


def _escape_what_cannot_be_printed() -> None:
    """Have names that are no text in the locale printed with escapes, instead of not at all."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _advice(error: OSError) -> str:
    """Return what to do about an error of the system, with a semicolon before it, or nothing."""
    if error.errno == errno.ENOENT and isinstance(error.filename, str) and _PIPELINE.is_file():
        path = Path(os.path.normpath(Path(error.filename).absolute()))
        if any(path.is_relative_to(Path(folder).absolute()) for folder in _MADE):
            return _BRING_BACK
    return _ADVICE.get(error.errno or 0, "")


def _fail(message: str, status: int) -> NoReturn:
    _end(f"error: {_one_line(message)}\n", status)


def _one_line(message: str) -> str:
    # ffmpeg and the operating system may send several lines; the user gets one.
    return " ".join(message.split())


def _end(last_words: str, status: int) -> NoReturn:
    """Write to the standard error, if that is possible, and exit with the status in any case."""
    for stream, text in ((sys.stdout, ""), (sys.stderr, last_words)):
        try:
            if stream is not None:
                stream.write(text)
                stream.flush()
        except OSError:
            _silence(stream)
    sys.exit(status)


def _flush() -> None:
    """Write what was printed: an error that Python finds as it ends has a status of its own."""
    if sys.stdout is not None:
        sys.stdout.flush()


def _silence(stream: TextIO) -> None:
    """Send what is left of a stream nowhere: Python would try to write it again as it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


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
