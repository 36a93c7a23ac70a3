"""The work of a stage on one clip, kept in scratch until the whole stage is done."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from stages.common.files import link_or_copy, write_bytes, write_text
from stages.pipeline.scratch import Scratch, digest, file_digest
from stages.video.clips import Clip
from stages.video.ffmpeg import version


@dataclass(frozen=True)
class Checkpoint:
    """One clip's share of the work, which an interrupted run may have done already.

    Attributes
    ----------
    video, table : files of the results, a video and its numbers.
    picture : file of a picture, where there is to be one.
    """

    clip: Clip
    video: Path
    table: Path
    picture: Path | None = None

    @classmethod
    def of(cls, clip: Clip, scratch: Scratch, *depends: Any, picture: bool = False) -> "Checkpoint":
        """Make the checkpoint of a clip and of plain data (in JSON's sense) that it depends on."""
        name = digest(asdict(clip), file_digest(clip.file), version(), *depends)
        return cls(
            clip,
            scratch.path(f"{name}.mkv"),
            scratch.path(f"{name}.json"),
            scratch.path(f"{name}.png") if picture else None,
        )

    @property
    def done(self) -> bool:
        """True if all files are there: a cluster's do not come in the order of the work."""
        files = (self.video, self.table, self.picture)
        return all(path is None or path.exists() for path in files)

    def leave(self, video: bytes, numbers: Mapping[str, Any], picture: bytes | None = None) -> None:
        """Write the results."""
        write_bytes(self.video, video)
        if self.picture and picture is not None:
            write_bytes(self.picture, picture)
        write_text(self.table, json.dumps(numbers))

    def numbers(self) -> dict[str, Any]:
        """Read the numbers, once the work is done."""
        numbers: dict[str, Any] = json.loads(self.table.read_text(encoding="utf-8"))
        return numbers

    def place_video(self, path: Path) -> None:
        """Put the video among the stage's outputs."""
        link_or_copy(self.video, path)

    def place_picture(self, path: Path) -> None:
        """Put the picture, if there is one, among the stage's outputs."""
        if self.picture:
            link_or_copy(self.picture, path)
