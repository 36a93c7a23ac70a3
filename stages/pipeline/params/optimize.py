"""The section `optimize`."""

from pydantic import Field

from stages.common.section import Section, Seed


class Optimize(Section):
    """The budget of the search, and its step."""

    clips: int = Field(ge=1, le=10_000, description="training clips, at most")
    clips_per_candidate: int = Field(
        ge=1, le=10_000, description="on how many of them a candidate is scored"
    )
    population: int = Field(
        ge=4, le=1_000, description="candidates of a generation, beside x0 and the mean"
    )
    generations: int = Field(ge=1, le=10_000, description="generations of CMA-ES")
    confirmations: int = Field(
        ge=1, le=1_000, description="keys under which the result is compared with x0"
    )
    sigma: float = Field(
        gt=0, le=2, description="step of the first generation, in units of the search space"
    )
    seed: Seed = Field(description="seed of CMA-ES and of the training keys")
