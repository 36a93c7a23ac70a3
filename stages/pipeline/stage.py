"""Running a stage: parameters in, one line out if something is wrong."""

import errno
import logging
import os
import sys
from collections.abc import Callable

from stages.errors import AfterimageError
from stages.pipeline.params import Params
from stages.pipeline.params_file import load_params

INTERRUPTED = 130


def run(stage: Callable[[Params], None]) -> None:
    """Run a stage on ``params.yaml``; a foreseeable failure is one line and exit status 1."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    try:
        stage(load_params())
    except AfterimageError as error:
        _fail(str(error))
    except OSError as error:
        if error.errno not in _EXPLAINED:
            raise
        _fail(f"{error.filename or 'a file'}: {os.strerror(error.errno)}{_EXPLAINED[error.errno]}")
    except MemoryError:
        _fail("out of memory; set AFTERIMAGE_WORKERS to fewer processes")
    except KeyboardInterrupt:
        _fail("interrupted; run the same command again to go on", status=INTERRUPTED)


_EXPLAINED = {
    errno.ENOSPC: "; free some space and run the same command again",
    errno.EDQUOT: "; free some space and run the same command again",
    errno.ENOENT: "; `dvc repro` or `dvc checkout` brings back what is missing",
    errno.EACCES: "",
    errno.EPERM: "",
    errno.EROFS: "",
}


def _fail(message: str, status: int = 1) -> None:
    # ffmpeg and the operating system may send several lines; the user gets one.
    print(f"error: {' '.join(message.split())}", file=sys.stderr)
    sys.exit(status)
