"""A sample of each trial; the trials themselves take minutes (`make robustness`)."""

import random
import signal
from pathlib import Path

import pytest

from tests.project import small_project
from tests.robustness.fuzzing import COUNT, fuzz
from tests.robustness.identity import EVERYTHING, PROCESSORS, Condition, is_obeyed, run_under
from tests.robustness.kills import kill_and_resume, rehearse
from tests.robustness.mishaps import Mishap, attempt, struck
from tests.robustness.mutations import MUTATIONS, mutants
from tests.robustness.table import DOCUMENT, document_with_totals


def test_everything_at_once_changes_no_bit(tmp_path):
    project = small_project(tmp_path / "project")
    plain = run_under(Condition("plain"), project, tmp_path / "plain")
    assert run_under(EVERYTHING, project, tmp_path / "unlike") == plain


PROCESSOR = Path("/proc/cpuinfo").read_text(encoding="utf-8").split()
# Those that change something on every processor with AVX2.
SWITCHES = [switch for switch in PROCESSORS if "AVX2)" not in switch.name]


@pytest.mark.skipif("avx2" not in PROCESSOR, reason="this processor has nothing to switch off")
@pytest.mark.parametrize("condition", SWITCHES, ids=lambda switch: switch.name)
def test_a_switch_is_obeyed(tmp_path, condition):
    """A trial with switches that do nothing would show nothing."""
    if condition.name == "codec up to AVX2" and "avx512f" not in PROCESSOR:
        pytest.skip("this processor has no more than AVX2")
    assert is_obeyed(condition, tmp_path)


def test_a_kill_and_a_crash_in_compress(tmp_path):
    (_, rehearsal), expected = rehearse(tmp_path, ["fetch", "compress"])
    rng = random.Random(1)
    kill = kill_and_resume(rehearsal, expected, tmp_path / "kill", rng, "compress", alone=True)
    assert not kill.complaint
    assert rehearsal.most_repeated is not None
    assert kill.repeated <= rehearsal.most_repeated < rehearsal.calls

    said = r"^error: \S+\.mkv: a worker process died \(SIGSEGV\); leave that clip out"
    crash = Mishap("worker segfaults", "compress", struck(signal.SIGSEGV), said)
    row = attempt(crash, rehearsal.project, expected, "compress")
    assert row.good, row.happened


def test_mutated_videos_are_used_or_refused_by_name(tmp_path):
    sample = list(mutants(COUNT, tmp_path / "bases"))[::23]
    assert len({mutant.kind for mutant in sample}) > 12
    fate = fuzz(sample, tmp_path)
    assert len(fate.used) > 4
    assert len(fate.refused) > 20
    assert all(fate.refused.values())
    assert fate.memory_bytes < 1 << 30


@pytest.mark.parametrize("kind", MUTATIONS)
def test_a_mutation_is_drawn_by_its_seed(kind):
    base, other = bytes(range(256)) * 20, b"other" * 999
    base += (96).to_bytes(2, "little") + (64).to_bytes(2, "big")
    drawn = [MUTATIONS[kind](base, other, random.Random(seed)) for seed in (1, 1, 2, 3)]
    assert drawn[0] == drawn[1]
    assert len({base, *drawn}) >= 3


def test_the_documentation_shows_the_trials():
    assert DOCUMENT.read_text(encoding="utf-8") == document_with_totals(), "run `make robustness`"
