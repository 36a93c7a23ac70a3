"""Where each stage leaves what it makes."""

from pathlib import Path

CLIPS = Path("data/clips")
MANIFEST = Path("data/clips.csv")
COMPRESSED = Path("data/compressed")
SIGNATURE = Path("data/signature.json")
OPTIMIZE_HISTORY = Path("data/optimize_history.csv")
SCORES = Path("data/scores.csv")
MARKED = Path("data/marked")
PICTURES = Path("data/pictures")
DRIFT = Path("data/drift.csv")


def compressed(clip_id: str) -> Path:
    """The compressed file of a clip."""
    return COMPRESSED / f"{clip_id}.mkv"


def marked(clip_id: str) -> Path:
    """The marked version of a test clip, before any codec."""
    return MARKED / f"{clip_id}.mkv"


def metrics(stage: str) -> Path:
    """The metrics of a stage."""
    return Path("metrics") / f"{stage}.json"


def sweep_table(row: str) -> Path:
    """The scores of a row of the sweep."""
    return Path("data/sweep") / f"{row}.csv"


def sweep_metrics(row: str) -> Path:
    """The metrics of a row of the sweep."""
    return Path("metrics/sweep") / f"{row}.json"
