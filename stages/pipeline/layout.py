"""Where each stage leaves what it makes."""

from pathlib import Path

CLIPS = Path("data/clips")
MANIFEST = Path("data/clips.csv")
# No stage's output, so that `dvc repro` leaves it alone, and Git may keep it.
UCF101_CHECKSUMS = Path("data/ucf101.sha256")
COMPRESSED = Path("data/compressed")
SIGNATURE = Path("data/signature.json")
OPTIMIZE_HISTORY = Path("data/optimize_history.csv")
SCORES = Path("data/scores.csv")
DRIFT = Path("data/drift.csv")


def compressed(clip_id: str) -> Path:
    """The compressed file of a clip."""
    return COMPRESSED / f"{clip_id}.mkv"


def metrics(stage: str) -> Path:
    """The metrics of a stage."""
    return Path("metrics") / f"{stage}.json"
