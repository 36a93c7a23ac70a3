"""Where each stage leaves what it makes."""

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
# No stage's output, so that `dvc repro` leaves it alone, and Git may keep it.
UCF101_CHECKSUMS = Path("data/ucf101.sha256")
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
    """The file of a clip, as it came."""
    return _inside(CLIPS, clip_id)


def compressed(clip_id: str) -> Path:
    """The compressed file of a clip."""
    return _named(COMPRESSED, clip_id)


def marked(clip_id: str) -> Path:
    """The marked version of a test clip, before any codec."""
    return _named(MARKED, clip_id)


def metrics(stage: str) -> Path:
    """The metrics of a stage."""
    return Path("metrics") / f"{stage}.json"


def sweep_table(row: str) -> Path:
    """The scores of a row of the sweep."""
    return Path("data/sweep") / f"{row}.csv"


def sweep_metrics(row: str) -> Path:
    """The metrics of a row of the sweep."""
    return Path("metrics/sweep") / f"{row}.json"


def all_baseline_metrics() -> list[Path]:
    """The metrics of every baseline that was run, by name."""
    return sorted(Path("metrics/baseline").glob("*.json"))


def picture(clip_id: str) -> Path:
    """A test clip's middle frame: original, marked, and the difference enlarged."""
    path = _inside(PICTURES, clip_id)
    return path.with_name(f"{path.name}.png")


def baseline(method: str) -> Path:
    """What a baseline learned and scored: `signature.json`, `history.csv` and `scores.csv`."""
    return Path("data/baseline") / method


def baseline_metrics(method: str) -> Path:
    """The metrics of a baseline."""
    return Path("metrics/baseline") / f"{method}.json"


def baseline_cost(method: str) -> Path:
    """What a baseline took: no result, and tracked by nobody."""
    return Path("data/baseline_cost") / f"{method}.json"


def _named(folder: Path, clip_id: str) -> Path:
    """What a stage made of a clip: Matroska, with the clip's name before the suffix."""
    path = _inside(folder, clip_id)
    return path.with_name(f"{path.name}.mkv")


def _inside(folder: Path, name: str) -> Path:
    """A path below a folder, by a name that came from outside: from a file or an archive."""
    parts = PurePosixPath(name)
    if parts.is_absolute() or ".." in parts.parts or "\0" in name:
        raise AfterimageError(f"a clip called {name!r} would lie outside of {folder}")
    return folder / parts
