"""Paths of everything that the stages make."""

from pathlib import Path, PurePosixPath

from stages.common.errors import AfterimageError

# Where files appear one by one; a folder that DVC removes before a stage is none of them.
FOLDERS = tuple(
    Path(name)
    for name in (
        ".", "data", "data/sweep", "data/baseline", "metrics", "metrics/sweep", "metrics/baseline",
    )
)  # fmt: skip

CLIPS = Path("data/clips")
MANIFEST = Path("data/clips.csv")
COMPRESSED = Path("data/compressed")
COMPRESSED_TABLE = Path("data/compressed.csv")
SIGNATURE = Path("data/signature.json")
OPTIMIZE_HISTORY = Path("data/optimize_history.csv")
SCORES = Path("data/scores.csv")
MARKED = Path("data/marked")
MARKED_TABLE = Path("data/marked.csv")
PICTURES = Path("data/pictures")
DRIFT = Path("data/drift.csv")
IMPOSTORS = Path("data/impostors.csv")
REPORT = Path("report")


def clip(clip_id: str) -> Path:
    """Return the path of a clip, as it came."""
    return _inside(CLIPS, clip_id)


def compressed(clip_id: str) -> Path:
    """Return the path of a clip's compressed version."""
    return _named(COMPRESSED, clip_id)


def marked(clip_id: str) -> Path:
    """Return the path of a test clip's marked version, before any codec."""
    return _named(MARKED, clip_id)


def metrics(stage: str) -> Path:
    """Return the path of a stage's metrics."""
    return Path("metrics") / f"{stage}.json"


def sweep_table(row: str) -> Path:
    """Return the path of the scores of a row of the sweep."""
    return Path("data/sweep") / f"{row}.csv"


def sweep_metrics(row: str) -> Path:
    """Return the path of the metrics of a row of the sweep."""
    return Path("metrics/sweep") / f"{row}.json"


def picture(clip_id: str) -> Path:
    """Return the path of a picture of a test clip's middle frame.

    It shows the original, the marked version, and the difference enlarged.
    """
    path = _inside(PICTURES, clip_id)
    return path.with_name(f"{path.name}.png")


def baseline(method: str) -> Path:
    """Return the folder of a baseline's results.

    It holds `signature.json`, `history.csv` and `scores.csv`.
    """
    return Path("data/baseline") / method


def baseline_metrics(method: str) -> Path:
    """Return the path of a baseline's metrics."""
    return Path("metrics/baseline") / f"{method}.json"


def baseline_cost(method: str) -> Path:
    """Return the path of what a baseline cost: no result, and tracked by nobody."""
    return Path("data/baseline_cost") / f"{method}.json"


def _named(folder: Path, clip_id: str) -> Path:
    """Return the path of a Matroska file with the clip's name before the suffix."""
    path = _inside(folder, clip_id)
    return path.with_name(f"{path.name}.mkv")


def _inside(folder: Path, name: str) -> Path:
    """Return a path below a folder, by a name that came from outside: from a file or an archive.

    Raises ``AfterimageError`` if it would lie elsewhere.
    """
    parts = PurePosixPath(name)
    if parts.is_absolute() or ".." in parts.parts or "\0" in name:
        raise AfterimageError(f"a clip called {name!r} would lie outside of {folder}")
    return folder / parts
