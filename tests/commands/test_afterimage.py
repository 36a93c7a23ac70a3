"""The command `afterimage`, in processes of its own: in a fresh copy, and as it is installed."""

import json
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

from stages.commands.afterimage import MODULES, command
from stages.commands.command import command_parser
from stages.fingerprint.distance import to_hex
from stages.own.readings import fingerprint_file
from stages.sources.synthetic.drawing import draw
from stages.video.lossless import encode_lossless
from tests.worktree import ROOT, environment, run

KEY = "a secret key that nobody may see"
INSTALLED = Path(sys.executable).parent / "afterimage"


def afterimage(folder, *arguments, **env):
    """Run the command in a folder, with the code that lies there or else this project's."""
    code = folder if (folder / "stages").is_dir() else ROOT
    return run(
        folder, sys.executable, "-m", "stages.commands.afterimage", *map(str, arguments),
        check=False, env=environment(PYTHONPATH=str(code), AFTERIMAGE_KEY=KEY, **env),
    )  # fmt: skip


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """A drawn clip as a file."""
    path = tmp_path_factory.mktemp("clip") / "clip.mkv"
    path.write_bytes(encode_lossless(draw("natural", 3, 64, seed=5)))
    return path


# --- what each command says of itself --------------------------------------------------------


def test_the_list_of_commands():
    done = afterimage(ROOT, "--help")
    assert done.returncode == 0
    for name in MODULES:
        assert f"    {name} " in done.stdout
        assert command(name).summary.split()[0] in done.stdout


@pytest.mark.parametrize("name", MODULES)
def test_help_shows_an_example(name, capsys):
    parser = command_parser("afterimage", None, {name: command(name)})
    with pytest.raises(SystemExit) as end:
        parser.parse_args([name, "--help"])
    assert end.value.code == 0
    shown = capsys.readouterr().out
    assert shown.startswith(f"usage: afterimage {name} ")
    assert f"example:\n  afterimage {name} {command(name).example}".rstrip() in shown
    assert all(len(line) <= 80 for line in shown.splitlines())


@pytest.mark.parametrize("name", MODULES)
def test_the_example_is_right(name):
    """A redirection is for the shell, and left out."""
    example, *_ = command(name).example.split(" > ")
    parsed = command_parser("afterimage", None, {name: command(name)}).parse_args(
        [name, *example.split()]
    )
    assert parsed.run is command(name).run


def test_a_command_that_does_not_exist_is_told_with_those_that_do():
    done = afterimage(ROOT, "marc")
    assert done.returncode == 2
    assert "invalid choice: 'marc'" in done.stderr
    assert "'mark'" in done.stderr.splitlines()[-1]


def test_tab_completes_commands_options_and_files(tmp_path):
    script = afterimage(ROOT, "--print-completion", "bash")
    assert script.returncode == 0, script.stderr
    (tmp_path / "film.mp4").touch()
    tries = "".join(
        f"COMP_WORDS=(afterimage {words}); COMP_CWORD={words.count(' ') + 1}; COMPREPLY=()\n"
        '_shtab_afterimage; echo "${COMPREPLY[@]}"\n'
        for words in ("det", "mark fi", "detect --sig", "hash --max")
    )
    done = run(tmp_path, "bash", "-c", f"{script.stdout}\n{tries}")
    assert done.stdout.split() == ["detect", "film.mp4", "--signature", "--max-frames"]


# --- a fresh copy, without data --------------------------------------------------------------


def test_mark_and_detect_in_a_fresh_copy(worktree, clip):
    assert not (worktree / "data" / "signature.json").exists()
    for options in ((), ("--signature", "colour")):
        marking = afterimage(worktree, "mark", clip, "marked.mp4", *options)
        assert marking.returncode == 0, marking.stderr
        assert marking.stdout.startswith("marked: 64 frames, ")
        detection = afterimage(worktree, "detect", "marked.mp4", "--json", *options)
        assert detection.returncode == 0, detection.stderr
        assert json.loads(detection.stdout)["found"] is True
    assert afterimage(worktree, "detect", clip).returncode == 1


def test_the_default_is_the_published_one_and_a_file_goes_by_its_path(worktree, clip):
    afterimage(worktree, "mark", clip, "marked.mp4")
    default, named, file = (
        afterimage(worktree, "detect", "marked.mp4", *options)
        for options in (
            (), ("--signature", "balanced"), ("--signature", "signatures/balanced.json"),
        )
    )  # fmt: skip
    assert default.stdout.startswith("found: ")
    assert default.stdout == named.stdout == file.stdout
    missing = afterimage(worktree, "detect", "marked.mp4", "--signature", "data/signature.json")
    assert missing.returncode == 2
    assert missing.stderr.startswith("error: data/signature.json: No such file")


def test_a_name_that_is_not_published_is_told_with_those_that_are():
    done = afterimage(ROOT, "detect", "any.mp4", "--signature", "ballanced")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].endswith(
        "'ballanced': neither a file nor a published signature (balanced, colour)"
    )


def test_hash_compare_and_drift(clip):
    printed = afterimage(clip.parent, "hash", clip.name)
    assert printed.stdout == f"{to_hex(fingerprint_file(clip))}\n"
    comparison = afterimage(clip.parent, "compare", clip.name, clip.name)
    assert comparison.stdout.splitlines()[-1].startswith("the same video: 0 of 256 bits differ")
    drifts = afterimage(clip.parent, "drift", ".", "--max-frames", 8)
    assert drifts.stdout.startswith("drift  nearest  video\n")
    assert {done.returncode for done in (printed, comparison, drifts)} == {0}


@pytest.mark.parametrize("arguments", [("hash", "nowhere.mkv"), ("drift", "nowhere"), ("run",)])
def test_a_mistake_has_one_line_and_status_2(tmp_path, arguments):
    done = afterimage(tmp_path, *arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1


# --- the pipeline ----------------------------------------------------------------------------


@pytest.fixture
def pipeline(tmp_path):
    """A project for DVC whose stages do next to nothing."""
    run(tmp_path, sys.executable, "-m", "dvc", "init", "--no-scm", "--quiet")
    stages = {"validate": "python -c 'import sys; print(sys.prefix)' > prefix",
              "hash_drift": "echo hashed > hashed", "report": "echo reported > reported",
              "failing": "false"}  # fmt: skip
    content = {"stages": {name: {"cmd": line} for name, line in stages.items()}}
    (tmp_path / "dvc.yaml").write_text(json.dumps(content))
    (tmp_path / "inner").mkdir()
    return tmp_path


def test_run_runs_the_main_line_from_any_folder_of_the_project(pipeline):
    done = afterimage(pipeline / "inner", "run")
    assert done.returncode == 0, done.stderr
    assert (pipeline / "prefix").read_text().strip() == sys.prefix
    assert (pipeline / "hashed").exists()
    assert not (pipeline / "reported").exists()


def test_report_says_where_it_is(pipeline):
    done = afterimage(pipeline / "inner", "report")
    assert (pipeline / "reported").exists()
    assert done.stdout.splitlines()[-1] == f"The report: {pipeline / 'report' / 'index.html'}"


def test_a_stage_that_fails_is_an_error(pipeline):
    done = afterimage(pipeline, "run", "failing")
    assert done.returncode == 2
    assert "error: dvc repro failing failed with status" in done.stderr.splitlines()[-1]


# --- the installation ------------------------------------------------------------------------


def test_the_entry_point_is_there():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    module, function = project["scripts"]["afterimage"].split(":")
    assert callable(getattr(import_module(module), function))


@pytest.mark.skipif(not INSTALLED.exists(), reason="not installed: run `make setup`")
def test_the_installed_command_works_in_any_folder(tmp_path, clip):
    env = environment(AFTERIMAGE_KEY=KEY)
    marking = run(tmp_path, str(INSTALLED), "mark", str(clip), "marked.mp4", env=env)
    assert marking.stdout.startswith("marked: ")
    assert run(tmp_path, str(INSTALLED), "detect", "marked.mp4", env=env).stdout.startswith("found")
