"""The section `baseline`."""

from pydantic import Field

from stages.common.section import Section, Seed
from stages.pipeline.params.names import SchemeName


class Baseline(Section):
    """The other ways to make a watermark, and the budget that each has."""

    methods: list[SchemeName] = Field(
        min_length=1, description="watermarks in `stages/schemes`, a row each"
    )
    harder: int = Field(ge=1, le=51, description="the other CRF: so much above `compress.crf`")
    clips: int = Field(ge=1, le=10_000, description="training clips, at most")
    test_clips: int = Field(ge=1, le=100_000, description="test clips, at most")
    steps: int = Field(ge=3, le=10_000, description="looks at all training clips under both CRFs")
    learning_rate: float = Field(
        gt=0, le=2, description="step of gradient ascent, in units of the search space"
    )
    sharpness: float = Field(gt=0, le=100, description="of the soft proxy's staircase")
    wrong_keys: int = Field(
        ge=0, le=1_000_000, description="wrong keys tried on every test clip, after each codec"
    )
    seed: Seed = Field(description="seed of CMA-ES, of the keys and of the random spectrum")
