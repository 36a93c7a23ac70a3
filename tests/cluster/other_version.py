"""A version of the project in which no task can be done."""

from pathlib import Path

POISON = """

def carry_out(*_):
    raise RuntimeError("a worker of another version was given work")

def itself(_):
    raise RuntimeError("a worker of another version was given work")
"""


def poison(environment: Path) -> None:
    """Change the copy of `stages/` in a folder; whatever a worker there is given fails."""
    with (environment / "stages" / "pipeline" / "parcel.py").open("a", encoding="utf-8") as code:
        code.write(POISON)
