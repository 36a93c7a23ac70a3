"""A clip of the data set, and the manifest that lists them."""

import hashlib
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from stages.common.errors import AfterimageError
from stages.common.files import write_text
from stages.video.frames import Fit, Frames, Geometry, read

NATURAL = "natural"


@dataclass(frozen=True)
class Clip:
    """One video file of the data set, and the frames of it that the pipeline uses.

    Attributes
    ----------
    id : unique name, a relative path.
    path : where the file is, as it came.
    kind : ``natural``, or the name of a test pattern.
    group : the source recording.
    class_name, clip_number : the data set's own labels: what is seen, and which part of its group
        the clip is; empty where it has none.
    split : ``train`` or ``test``, or ``none`` for a test pattern.
    width, height, fit : the frame that the clip is normalised to, in pixels.
    fps : frames per second, as a fraction.
    frames : number of frames that are used, from the first.
    sha256 : of the file, so that whoever depends on the manifest depends on the clips.
    """

    id: str
    path: str
    kind: str
    group: str
    class_name: str
    clip_number: str
    split: str
    width: int
    height: int
    fit: Fit
    fps: str
    frames: int
    sha256: str

    @property
    def file(self) -> Path:
        """The path of the file."""
        return Path(self.path)

    def read(self) -> Frames:
        """Decode the clip, normalised."""
        geometry = Geometry(self.width, self.height, self.fit)
        return read(self.file, geometry, max_frames=self.frames, fps=Fraction(self.fps))


def write_manifest(clips: Iterable[Clip], path: Path) -> None:
    """Write clips as CSV, in the order of their ids."""
    rows = sorted((asdict(clip) for clip in clips), key=lambda row: str(row["id"]))
    write_text(path, pd.DataFrame(rows).to_csv(index=False, lineterminator="\n"))


def read_manifest(path: Path) -> list[Clip]:
    """Read a manifest. Raises ``AfterimageError``, naming it, if it cannot be read."""
    try:
        # Every cell is text first: a clip may well be called NA, and a group 007.
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise AfterimageError(f"{path}: cannot read the manifest: {error}") from error
    return [_clip(row) for row in table.to_dict("records")]


def _clip(row: Mapping[Hashable, Any]) -> Clip:
    cells = {str(name): cell for name, cell in row.items()}
    numbers = {field.name: int(cells[field.name]) for field in fields(Clip) if field.type is int}
    return Clip(**cells | numbers)


def of_split(clips: Iterable[Clip], split: str) -> list[Clip]:
    """Choose the natural clips of one split: those that a signature is made for."""
    return [clip for clip in clips if clip.kind == NATURAL and clip.split == split]


def subsample(clips: Sequence[Clip], count: int) -> list[Clip]:
    """Choose at most ``count`` of the clips, evenly spread over them."""
    chosen = np.linspace(0, len(clips) - 1, min(count, len(clips))).round().astype(int)
    return [clips[index] for index in chosen]


def split_groups(groups: Sequence[str], *, test_fraction: float, seed: int) -> dict[str, str]:
    """Give each source recording to ``train`` or ``test``.

    A group's side follows from its own name and the seed, so that adding recordings moves none
    of the others. Only where one side would stay empty, the group nearest to it changes over.

    Raises ``AfterimageError`` if there are fewer than two groups.
    """
    draws = {group: _uniform(f"{seed}/{group}") for group in groups}
    if len(draws) < 2:
        raise AfterimageError(
            f"source recordings in the data set: {len(draws)}; two are needed at least, "
            "one to train on and one to test on"
        )
    sides = {group: "test" if draw < test_fraction else "train" for group, draw in draws.items()}
    if "test" not in sides.values():
        sides[min(draws, key=lambda group: draws[group])] = "test"
    if "train" not in sides.values():
        sides[max(draws, key=lambda group: draws[group])] = "train"
    return sides


def _uniform(text: str) -> float:
    """Map a text to a number in [0, 1) that depends on it alone."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big") / 2**48
