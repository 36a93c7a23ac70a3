"""The embedded data set as a source."""

from pydantic import Field

from stages.common.section import Section, Seed
from stages.sources.offer import Intake, Source
from stages.sources.synthetic.drawing import SyntheticOffer, offers


class SyntheticSettings(Section):
    """The section `fetch.synthetic`."""

    natural: int = Field(
        ge=2, le=100_000, description="natural-looking clips: one to train and one to test, or more"
    )
    simple: int = Field(ge=0, le=10_000, description="clips of each test pattern")
    frames: int = Field(ge=1, le=3_000, description="frames drawn for each clip")
    seed: Seed = Field(description="which clips are drawn")


def list_offers(settings: SyntheticSettings, _: Intake) -> list[SyntheticOffer]:
    """List the clips to be drawn."""
    return offers(
        natural=settings.natural,
        simple=settings.simple,
        frames=settings.frames,
        seed=settings.seed,
    )


RECORD = Source(SyntheticSettings, list_offers)
