"""The section `sweep`."""

from typing import Annotated

from pydantic import Field

from stages.common.section import Section
from stages.pipeline.params.names import EditName, EncoderName


class Sweep(Section):
    """The rows of the sweep, and what their edits need to know."""

    crf: list[Annotated[int, Field(ge=0, le=63)]] = Field(
        min_length=1, description="CRFs of `compress.encoder`"
    )
    encoders: list[EncoderName] = Field(
        min_length=1, description="other encoders, at the same bitrate"
    )
    edits: list[EditName] = Field(min_length=1, description="what else may happen to a video")
    second_crf: int = Field(ge=0, le=63, description="CRF of the second encoding")
    search_frames: int = Field(
        ge=0, le=1_000, description="shifts that the detector tries, either way, in frames"
    )
    search_zoom_percent: int = Field(
        ge=0, le=50, description="enlargements that it tries, in steps of 1 %"
    )
