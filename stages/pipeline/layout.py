"""Where each stage leaves what it makes."""

from pathlib import Path, PurePosixPath

from stages.errors import AfterimageError

FOLDERS = (Path("data"), Path("metrics"))

CLIPS = Path("data/clips")
MANIFEST = Path("data/clips.csv")
COMPRESSED = Path("data/compressed")
SIGNATURE = Path("data/signature.json")
OPTIMIZE_HISTORY = Path("data/optimize_history.csv")
SCORES = Path("data/scores.csv")
DRIFT = Path("data/drift.csv")


def clip(clip_id: str) -> Path:
    """The file of a clip, as it came."""
    return _inside(CLIPS, clip_id)


def compressed(clip_id: str) -> Path:
    """The compressed file of a clip."""
    path = _inside(COMPRESSED, clip_id)
    return path.with_name(f"{path.name}.mkv")


def metrics(stage: str) -> Path:
    """The metrics of a stage."""
    return Path("metrics") / f"{stage}.json"


def _inside(folder: Path, name: str) -> Path:
    """A path below a folder, by a name that came from outside: from a file or an archive."""
    parts = PurePosixPath(name)
    if parts.is_absolute() or ".." in parts.parts or "\0" in name:
        raise AfterimageError(f"a clip called {name!r} would lie outside of {folder}")
    return folder / parts
