"""The records of sources, and one that somebody adds."""

from pathlib import Path

import pandas as pd
import pytest

from stages.common.errors import AfterimageError
from stages.common.records import names, record
from stages.sources.offer import Intake, Source
from tests.worktree import set_params, stage

INTAKE = Intake(Path("data/clips"), "$^")

MINE = '''"""Grey clips."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from stages.common.section import Section
from stages.sources.offer import NO_LABELS, Intake, Labels, Source
from stages.sources.synthetic.drawing import draw
from stages.video.lossless import encode_lossless


class MySettings(Section):
    """The section `fetch.mine`."""

    clips: int = Field(ge=2, le=10, description="number of clips")


@dataclass(frozen=True)
class MyOffer:
    """A clip."""

    id: str
    kind: str = "natural"
    labels: Labels = NO_LABELS
    drawn: bool = True

    @property
    def group(self) -> str:
        """The clip itself."""
        return self.id

    def store(self, path: Path) -> None:
        """Draw it."""
        path.write_bytes(encode_lossless(draw("solid", 0, 2, seed=1)))


def list_offers(settings: MySettings, _: Intake) -> list[MyOffer]:
    """List them."""
    return [MyOffer(f"mine{index}") for index in range(settings.clips)]


RECORD = Source(MySettings, list_offers)
'''


def test_there_are_records_of_sources_and_of_nothing_else():
    assert names("sources") == ("folder", "synthetic", "ucf101")
    for name in names("sources"):
        assert record("sources", name, Source).settings


def test_a_source_names_the_key_at_fault(tmp_path):
    folder = record("sources", "folder", Source)
    with pytest.raises(AfterimageError, match=r"^fetch\.folder: .*nowhere is not a folder$"):
        folder.list_offers(str(tmp_path / "nowhere"), INTAKE)


def test_a_source_that_is_added_is_a_folder_and_a_section(worktree):
    folder = worktree / "stages" / "sources" / "mine"
    folder.mkdir()
    (folder / "__init__.py").write_text('"""Mine."""\n')
    (folder / "record.py").write_text(MINE)
    set_params(worktree, {"fetch.source": "mine", "fetch.mine": {"clips": 3}})
    done = stage(worktree, "fetch")
    assert done.returncode == 0, done.stderr
    table = pd.read_csv(worktree / "data" / "clips.csv")
    assert table["id"].tolist() == ["mine0", "mine1", "mine2"]
    set_params(worktree, {"fetch.mine": {"clips": 1}})
    refused = stage(worktree, "fetch")
    assert refused.returncode == 1
    (line,) = refused.stderr.splitlines()
    assert "fetch.mine.clips = 1: must be greater than or equal to 2 (allowed: >= 2 and" in line
