"""Real clips for the benchmarks, and their results as Markdown."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

from stages.common.errors import AfterimageError, VideoError
from stages.sources.folder import source as folder
from stages.video.frames import Frames, Geometry, read
from stages.video.probe import probe

log = logging.getLogger(__name__)

FRAMES = 60
GEOMETRY = Geometry(320, 240)


def clips(directories: Sequence[Path]) -> list[Path]:
    """List the videos of some folders of which the first frames decode without a fault.

    Raises ``AfterimageError`` if there are none.
    """
    logging.basicConfig(format="%(message)s", level=logging.INFO)
    paths = [offer.source for directory in directories for offer in folder.offers(directory, "$^")]
    usable = [path for path in paths if _decodes(path)]
    if not usable:
        raise AfterimageError(f"{', '.join(map(str, directories))}: no video that can be decoded")
    return usable


def load(path: Path, geometry: Geometry = GEOMETRY, max_frames: int = FRAMES) -> Frames:
    """Read the first frames of a clip, normalised."""
    fps = probe(path, geometry, max_frames=max_frames).fps
    return read(path, geometry, max_frames=max_frames, fps=fps)


def _decodes(path: Path) -> bool:
    try:
        return probe(path, GEOMETRY, max_frames=FRAMES).frames > 0
    except VideoError as error:
        log.warning("skipped: %s", error)
        return False


def heading(docstring: str | None) -> str:
    """Return the first line of a module's docstring, without its full stop."""
    return (docstring or "").partition("\n")[0].rstrip(".")


def markdown(rows: Sequence[Mapping[str, str]]) -> str:
    """Write rows of the same columns as a Markdown table."""
    lines = [list(rows[0]), ["---"] * len(rows[0]), *(list(row.values()) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
