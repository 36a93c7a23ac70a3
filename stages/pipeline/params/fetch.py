"""The section `fetch`."""

import re
from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, create_model, field_validator

from stages.common.records import names, record
from stages.common.section import Configurable, Rate, Section, Seed
from stages.pipeline.params.names import SourceName
from stages.video.frames import Fit, Geometry


class Fetch(Section):
    """The keys that concern every source; ``with_sources`` adds each source's own."""

    source: SourceName = Field(description="where clips come from")
    group_regex: str = Field(
        min_length=1, description="what it captures in a file name is the source recording"
    )
    width: int = Field(
        ge=64, le=3840, multiple_of=2, description="width of every clip as decoded, in pixels"
    )
    height: int = Field(ge=64, le=2160, multiple_of=2, description="height likewise")
    fit: Fit = Field(description="how another aspect ratio is brought to that frame")
    max_frames: int = Field(
        ge=1, le=1_000_000, description="frames used of each clip, from the first"
    )
    test_fraction: Rate = Field(description="expected part of the recordings that is held out")
    split_seed: Seed = Field(description="which recordings are held out")
    strict: bool = Field(description="whether a video that cannot be decoded ends the run")

    @field_validator("group_regex")
    @classmethod
    def _compiles(cls, value: str) -> str:
        """Refuse what is no regular expression."""
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from error
        return value

    @property
    def geometry(self) -> Geometry:
        """The frame to which every clip is brought."""
        return Geometry(self.width, self.height, self.fit)

    @property
    def source_settings(self) -> Any:
        """The settings of the chosen source, of the type that its record names."""
        return getattr(self, self.source)


def with_sources(sources: Iterable[str]) -> type[Fetch]:
    """Make the model of the section with the settings of some sources.

    Raises ``AfterimageError`` if a source's record cannot be loaded.
    """
    fields: dict[str, Any] = {
        name: (record("sources", name, Configurable).settings, ...) for name in sources
    }
    return create_model("Fetch", __base__=Fetch, **fields)


def _read(value: object) -> object:
    """Check the section with the settings of all sources that it names."""
    if not isinstance(value, dict):
        return value
    known = names("sources")
    sources = [name for name in known if name in value or name == value.get("source")]
    return with_sources(sources).model_validate(value)


AnyFetch = Annotated[Fetch, BeforeValidator(_read)]
