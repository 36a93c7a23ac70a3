"""The section `fingerprint`."""

from pydantic import Field

from stages.common.section import Section
from stages.pipeline.params.names import RecipeName


class Fingerprint(Section):
    """The recipe of the hash, and the rate that sets its threshold."""

    recipe: RecipeName = Field(description="how a video is hashed")
    false_positive_rate: float = Field(
        ge=1e-12, le=0.1, description="rate at which different videos may be taken for one"
    )
