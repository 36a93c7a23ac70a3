"""The tables of the trials, each with a last row that sums it up."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.worktree import ROOT

DOCUMENT = ROOT / "docs" / "reproducibility.md"
TRIALS = ("identity", "kills", "mishaps", "fuzzing")
BEGIN, END = "<!-- trials: made by `make robustness` -->", "<!-- end of trials -->"
HEAD = "| what was tried | how many | what happened |\n|---|---|---|"


@dataclass(frozen=True)
class TrialRow:
    """A trial: its name, how many times, what happened, and whether that is as it should be."""

    tried: str
    count: int
    happened: str
    good: bool = True

    def markdown(self) -> str:
        cells = (
            self.tried,
            f"{self.count:,}",
            self.happened if self.good else f"**{self.happened}**",
        )
        return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def announce(row: TrialRow) -> TrialRow:
    """Print a row as soon as it is known."""
    print(
        f"{'ok  ' if row.good else 'FAIL'} {row.tried} ({row.count:,}): {row.happened}", flush=True
    )
    return row


def report(
    trial: str, heading: str, rows: Sequence[TrialRow], total: TrialRow, notes: str = ""
) -> int:
    """Write a trial's table, and its total to the documentation; return the status to exit with."""
    announce(total)
    lines = [f"# {heading}", "", HEAD, *(row.markdown() for row in (*rows, total))]
    text = "\n".join(lines) + (f"\n\n{notes.strip()}\n" if notes else "\n")
    _result(trial).write_text(text, encoding="utf-8")
    DOCUMENT.write_text(document_with_totals(), encoding="utf-8")
    return 0 if total.good and all(row.good for row in rows) else 1


def document_with_totals() -> str:
    """Put the last row of every trial's table into the text of `docs/reproducibility.md`."""
    text = DOCUMENT.read_text(encoding="utf-8")
    head, rest = text.split(BEGIN)
    tail = rest.split(END)[1]
    rows = [total_of(trial) for trial in TRIALS if _result(trial).exists()]
    return "\n".join([f"{head}{BEGIN}", HEAD, *rows, f"{END}{tail}"])


def total_of(trial: str) -> str:
    """Return the last row of a trial's table, linked to the whole."""
    path = _result(trial)
    row = next(
        line
        for line in reversed(path.read_text(encoding="utf-8").splitlines())
        if line.startswith("| ")
    )
    _, tried, rest = row.split("|", 2)
    return f"| [{tried.strip()}](../{path.relative_to(ROOT).as_posix()}) |{rest}"


def _result(trial: str) -> Path:
    return ROOT / "benchmarks" / "results" / f"{trial}.md"
