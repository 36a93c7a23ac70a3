"""What a stage makes of each clip, a video and its numbers: kept in scratch until all is done."""

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
    video, numbers : the files with what came of it, or will.
    """

    clip: Clip
    video: Path
    numbers: Path

    @classmethod
    def of(cls, clip: Clip, scratch: Scratch, *depends: Any) -> "Checkpoint":
        """The piece that depends on a clip, and on plain data in JSON's sense."""
        name = digest(asdict(clip), file_digest(clip.file), version(), *depends)
        return cls(clip, scratch.path(f"{name}.mkv"), scratch.path(f"{name}.json"))

    @property
    def done(self) -> bool:
        """Whether both are there; a cluster's results do not come in the order of the work."""
        return self.video.exists() and self.numbers.exists()

    def leave(self, video: bytes, numbers: Mapping[str, Any]) -> None:
        """Write down what came of it."""
        write_bytes(self.video, video)
        write_text(self.numbers, json.dumps(numbers))

    def found(self) -> dict[str, Any]:
        """The numbers, once it is done."""
        numbers: dict[str, Any] = json.loads(self.numbers.read_text(encoding="utf-8"))
        return numbers

    def give(self, path: Path) -> None:
        """Give the video a place among the stage's outputs."""
        link_or_copy(self.video, path)
