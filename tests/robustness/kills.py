"""Nothing lost: ``dvc repro`` killed at random moments of every stage, and run again.

``python -m tests.robustness.kills [moments]`` draws that many moments (ten by default) in each
stage. A moment is a number of ffmpeg's calls into the stage, drawn with a fixed seed from as many
as the stage makes when it is left alone, and up to a twentieth of a second more: the same share of
the work on every machine. The kill is SIGKILL, to DVC, the stage, its workers and their ffmpeg
alike or, every other time, to DVC alone. Then ``dvc repro`` has to end in the bits of an
undisturbed run, and the calls of both runs together say how much work was done twice.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.optimize_overhead import loop_trips
from stages.pipeline import layout
from stages.pipeline.params.file import load_params
from stages.signature.settings import conditions
from stages.video.clips import of_split, read_manifest
from tests.project import (
    CountedFfmpeg,
    bits,
    bundled_ffmpeg,
    copy,
    remains,
    repro,
    small_project,
    stages,
)
from tests.robustness.table import TrialRow, announce, report
from tests.worktree import environment

SEED = 1
MOMENTS = 10
WORKERS = "2"
PATIENCE_SECONDS = 600


@dataclass(frozen=True)
class Rehearsal:
    """A project in which everything up to a stage is done, and the calls that the stage makes.

    Attributes
    ----------
    stage : the stage that comes next.
    project : where it is.
    calls : of ffmpeg, in that stage when it is left alone.
    """

    stage: str
    project: Path
    calls: int

    @property
    def most_repeated(self) -> int | None:
        """Return the most calls of ffmpeg that a kill may cost; None if the stage starts over."""
        if self.stage in BY_CLIP:
            return int(WORKERS) * -(-self.calls // BY_CLIP[self.stage](self.project))
        if self.stage == "optimize":
            return max(generation_calls(self.project), int(WORKERS) * loop_calls(self.project))
        return None


def all_clips(project: Path) -> int:
    return len(read_manifest(project / layout.MANIFEST))


def held_out_clips(project: Path) -> int:
    return len(of_split(read_manifest(project / layout.MANIFEST), "test"))


# The number of clips of each stage that keeps what is done of each clip.
BY_CLIP = {"compress": all_clips, "validate": held_out_clips}


def generation_calls(project: Path) -> int:
    """Count the calls of ffmpeg in a generation: encoding and decoding, after two codecs."""
    settings = load_params(project / "params.yaml").optimize
    return 2 * 2 * (2 * settings.clips + settings.population * settings.clips_per_candidate)


def loop_calls(project: Path) -> int:
    """Count the calls of ffmpeg for a closed loop on one clip, its last detections included."""
    settings = load_params(project / "params.yaml")
    survived = conditions(settings.compress.codec, settings.signature)
    return 2 * sum(loop_trips(survived, settings.signature.closed_loop, "balanced").values())


@dataclass(frozen=True)
class Kill:
    """A kill: the calls of ffmpeg done before it, those done twice, and a complaint if any."""

    done: int
    repeated: int
    complaint: str


def rehearse(
    folder: Path, names: Sequence[str] | None = None
) -> tuple[list[Rehearsal], dict[str, str]]:
    """Run stages (all) undisturbed, keeping the state before each; and the bits at the end."""
    project = small_project(folder / "undisturbed")
    rehearsals = []
    for stage in names or stages(project):
        state = copy(project, folder / f"before {stage}")
        ffmpeg = CountedFfmpeg(folder / f"ffmpeg of {stage}", bundled_ffmpeg())
        done = repro(
            project, "--single-item", stage, AFTERIMAGE_WORKERS=WORKERS, **ffmpeg.environment
        )
        assert done.returncode == 0, done.stderr
        rehearsals.append(Rehearsal(stage, state, ffmpeg.calls()))
    return rehearsals, bits(project)


def kill_and_resume(
    rehearsal: Rehearsal,
    expected: dict[str, str],
    folder: Path,
    rng: random.Random,
    *targets: str,
    alone: bool,
) -> Kill:
    """Kill ``dvc repro`` in a stage, run it again (up to some targets), and compare."""
    project = copy(rehearsal.project, folder / "project")
    ffmpeg = CountedFfmpeg(folder / "ffmpeg", bundled_ffmpeg())
    env = {"AFTERIMAGE_WORKERS": WORKERS, **ffmpeg.environment}
    victim = subprocess.Popen(
        ["dvc", "repro"], cwd=project, env=environment(**env), start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    wait_for_calls(ffmpeg, rng.randrange(max(1, rehearsal.calls)), victim)
    time.sleep(rng.uniform(0, 0.05))
    kill(victim, alone=alone)
    done = ffmpeg.calls()
    # First the stage that was hit, whose calls are counted; then all that come after it.
    again = repro(project, rehearsal.stage, **env)
    repeated = max(0, ffmpeg.calls() - rehearsal.calls)
    rest = repro(project, *targets, AFTERIMAGE_WORKERS=WORKERS)
    return Kill(done, repeated, complaint(project, expected, again, rest))


def wait_for_calls(ffmpeg: CountedFfmpeg, calls: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until there were more calls of ffmpeg than this."""
    until = time.monotonic() + PATIENCE_SECONDS
    while ffmpeg.calls() <= calls and process.poll() is None:
        assert time.monotonic() < until, "the stage made no progress"
        time.sleep(0.002)


def kill(victim: subprocess.Popen[bytes], *, alone: bool) -> None:
    """Send SIGKILL to a process, alone or with all that it started, and wait until all are gone."""
    group = victim.pid
    (os.kill if alone else os.killpg)(group, signal.SIGKILL)
    victim.wait()
    # Who is alone left behind has to notice: a stage must not go on without its DVC.
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        assert time.monotonic() < until, "the stage goes on without DVC"
        time.sleep(0.02)


def complaint(
    project: Path, expected: dict[str, str], *runs: subprocess.CompletedProcess[str]
) -> str:
    """Say what is wrong after a kill and a second run; nothing, as a rule."""
    for run in runs:
        if run.returncode != 0:
            return f"dvc repro failed: {run.stderr.strip().splitlines()[-1]}"
    outputs = bits(project)
    unlike = sorted(name for name in outputs | expected if outputs.get(name) != expected.get(name))
    if unlike:
        return f"unlike: {', '.join(unlike)}"
    return f"left behind: {', '.join(left)}" if (left := remains(project)) else ""


def summed_up(rehearsal: Rehearsal, kills: list[Kill]) -> TrialRow:
    """Sum up the kills in one stage."""
    wrong = [each.complaint for each in kills if each.complaint]
    most, limit = max(each.repeated for each in kills), rehearsal.most_repeated
    happened = f"{len(kills) - len(wrong)} of {len(kills)} ended in the same bits"
    done = f"{min(each.done for each in kills)} to {max(each.done for each in kills)}"
    happened += f"; killed after {done} of {rehearsal.calls} calls of ffmpeg"
    if limit is None:
        happened += "; the stage starts over"
    else:
        checkpoint = "a clip a worker" if rehearsal.stage in BY_CLIP else "a generation"
        happened += f"; at most {most} calls done twice (allowed: {checkpoint}, {limit})"
    good = not wrong and (limit is None or most <= limit)
    return TrialRow(
        f"SIGKILL in {rehearsal.stage}", len(kills), "; ".join([happened, *wrong]), good
    )


def trials(moments: int, folder: Path) -> Iterator[TrialRow]:
    """Yield a row for each stage."""
    rehearsals, expected = rehearse(folder)
    rng = random.Random(SEED)
    for rehearsal in rehearsals:
        kills = [
            kill_and_resume(
                rehearsal,
                expected,
                folder / f"{rehearsal.stage} {index}",
                rng,
                alone=index % 2 == 1,
            )
            for index in range(moments)
        ]
        yield announce(summed_up(rehearsal, kills))


def main(moments: int) -> int:
    with tempfile.TemporaryDirectory(prefix="afterimage-kills-") as folder:
        rows = list(trials(moments, Path(folder)))
    good = all(row.good for row in rows)
    total = TrialRow(
        "`dvc repro` killed (SIGKILL) at random moments, and run again",
        sum(row.count for row in rows),
        f"{'all' if good else 'not all'} ended in the same bits; `compress` and `validate` did "
        "at most a clip a worker twice, `optimize` a generation",
        good,
    )
    return report("kills", "Nothing lost", rows, total, NOTES)


NOTES = """
Half of the kills hit DVC, the stage, its workers and their ffmpeg at once, half DVC alone (the
stage then ends by itself). What a stage did twice is counted in calls of ffmpeg, which is where
its time goes.
"""


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else MOMENTS))
