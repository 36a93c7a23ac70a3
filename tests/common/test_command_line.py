"""The end of a program: its last line and its exit status, in processes of their own."""

import os
import subprocess
import sys

import pytest

from tests.worktree import ROOT, environment

PROGRAM = """
import sys
from stages.common.command_line import report_errors, require_open_streams
from stages.common.errors import AfterimageError

with report_errors(7):
    {body}
"""


def run_body(body, *, redirection="", stdout=subprocess.PIPE, stderr=subprocess.PIPE, **variables):
    """Run a statement under ``report_errors(7)``, its streams redirected as a shell does it."""
    return subprocess.run(
        ["sh", "-c", f'exec "$@" {redirection}', "sh", sys.executable, "-c",
         PROGRAM.format(body=body)],
        cwd=ROOT, env=environment(**variables), text=True, check=False,
        stdout=stdout, stderr=stderr,
    )  # fmt: skip


@pytest.fixture
def nobody():
    """Yield the end of a pipe that nobody reads."""
    reader, writer = os.pipe()
    os.close(reader)
    yield writer
    os.close(writer)


@pytest.mark.parametrize("code", [0, 1, 3])
def test_an_exit_status_of_the_program_stays(code):
    done = run_body(f"print('done'); sys.exit({code})")
    assert (done.returncode, done.stdout, done.stderr) == (code, "done\n", "")


def test_an_error_that_nobody_foresaw_has_its_traceback_and_the_status():
    done = run_body("1 / 0")
    assert done.returncode == 7
    assert done.stderr.startswith("Traceback")
    assert done.stderr.splitlines()[-1] == (
        "error: this should not happen: ZeroDivisionError('division by zero')"
    )


@pytest.mark.parametrize(
    "body", ["raise AfterimageError('told')", "1 / 0", "open('nowhere')", "raise MemoryError"]
)
@pytest.mark.parametrize("redirection", ["2>&-", "2>/dev/full", ">&- 2>&-"])
def test_an_error_keeps_its_status_where_it_cannot_be_printed(body, redirection):
    done = run_body(body, redirection=redirection)
    assert (done.returncode, done.stdout, done.stderr) == (7, "", "")


def test_an_error_keeps_its_status_if_nobody_reads_it(nobody):
    done = run_body("print('half'); raise AfterimageError('told')", stdout=nobody, stderr=nobody)
    assert done.returncode == 7


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("body", ["print('done')", "print('done'); sys.exit(0)",
                                  "print('done'); sys.exit(1)"])  # fmt: skip
def test_an_output_that_nobody_reads_is_an_error(nobody, body, unbuffered):
    done = run_body(body, stdout=nobody, PYTHONUNBUFFERED=unbuffered)
    assert done.returncode == 7
    assert done.stderr == "error: nobody reads the output any more\n"


def test_an_output_that_cannot_be_written_is_an_error():
    done = run_body("print('done'); sys.exit(0)", redirection=">/dev/full")
    assert done.returncode == 7
    assert done.stderr.startswith("error: a file: No space left on device")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("code", [0, 1])
def test_a_warning_that_nobody_could_read_changes_no_status(nobody, code):
    body = f"import logging; logging.basicConfig(); logging.warning('w'); sys.exit({code})"
    assert run_body(body, stderr=nobody).returncode == code


@pytest.mark.parametrize(("redirection", "status"), [(">&-", 7), ("2>&-", 7), ("<&-", 0)])
def test_a_closed_stream_can_be_refused(redirection, status):
    done = run_body("require_open_streams()", redirection=redirection)
    assert done.returncode == status
    assert done.stdout == ""
    if redirection == ">&-":
        assert done.stderr == (
            "error: the standard output and the standard error must not be closed\n"
        )


@pytest.mark.parametrize(
    ("file", "path", "advised"),
    [
        ("dvc.yaml", "data/clips.csv", True),
        ("dvc.yaml", "metrics/../data/clips.csv", True),
        ("dvc.yaml", "nowhere", False),
        ("dvc.yaml", "/nowhere/data/clips.csv", False),
        ("other.yaml", "data/clips.csv", False),
    ],
)
def test_dvc_is_advised_for_the_projects_own_data_alone(tmp_path, file, path, advised):
    (tmp_path / file).touch()
    (tmp_path / "metrics").mkdir()
    done = run_body(f"import os; os.chdir({str(tmp_path)!r}); open({path!r})")
    advice = "; `dvc repro` or `dvc checkout` brings back what is missing" if advised else ""
    assert done.stderr == f"error: {path}: No such file or directory{advice}\n"


@pytest.mark.parametrize("locale", ["C.UTF-8", "POSIX"])
@pytest.mark.parametrize("utf8", ["0", "1"])
def test_a_name_that_is_no_text_is_printed_with_escapes(locale, utf8):
    body = "import os; name = os.fsdecode(b'caf\\xe9'); print(name); raise AfterimageError(name)"
    done = run_body(body, LC_ALL=locale, PYTHONUTF8=utf8)
    assert done.stdout == "caf\\udce9\n"
    assert done.stderr == "error: caf\\udce9\n"
