"""A clip of UCF101, ready to be stored."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from stages.common.files import link_or_copy
from stages.sources.offer import Labels
from stages.sources.ucf101.lists import Listed


@dataclass(frozen=True)
class Ucf101Offer:
    """A clip and the file that it is in.

    Attributes
    ----------
    clip : its entry in the official lists.
    source : the file.
    from_user : whether it is the user's: then it is copied, for DVC protects what it links to.
    """

    clip: Listed
    source: Path
    from_user: bool
    kind: str = "natural"
    drawn: bool = False

    @property
    def id(self) -> str:
        return self.clip.id

    @property
    def group(self) -> str:
        return f"{self.clip.class_name}_g{self.clip.group:02}"

    @property
    def labels(self) -> Labels:
        return Labels(self.clip.class_name, str(self.clip.number), self.clip.split)

    def store(self, path: Path) -> None:
        """Give the file a second name, or copy it."""
        if self.from_user:
            shutil.copyfile(self.source, path)
        else:
            link_or_copy(self.source, path)
