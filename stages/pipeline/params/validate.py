"""The section `validate`."""

from pydantic import Field

from stages.common.section import Section, Seed


class Validate(Section):
    """The trials with wrong keys, and the confidence of all intervals."""

    wrong_keys: int = Field(
        ge=1, le=1_000_000, description="wrong keys tried on every test clip, marked and unmarked"
    )
    confidence: float = Field(ge=0.5, lt=1, description="confidence of the exact intervals")
    seed: Seed = Field(description="which wrong keys")
