"""The section `signature`."""

from typing import Annotated, Literal

from pydantic import Field

from stages.common.section import Section


class SignatureParams(Section):
    """The strength of the mark, the codecs that it is to survive, and the rate of false finds."""

    psnr_db: float = Field(ge=30, le=60, description="PSNR over R, G and B of the mark, in dB")
    preset: Literal["balanced", "colour"] = Field(description="where the search sets out")
    frame_headroom_db: float = Field(
        ge=0.5, le=30, description="how far a single frame may lie below that PSNR, in dB"
    )
    block_headroom_db: float = Field(
        ge=3, le=40, description="likewise a block of 16x16 pixels of a frame, in dB"
    )
    harder: list[Annotated[int, Field(ge=1, le=63)]] = Field(
        description="what the mark is made to survive: steps of CRF above `compress.crf`"
    )
    closed_loop: int = Field(
        ge=0, le=20, description="rounds in which the mark is put through those codecs"
    )
    false_positive_rate: float = Field(
        ge=1e-12, le=0.1, description="proven bound on the false positive rate"
    )
    demonstration_key: str = Field(
        min_length=16, description="the public key, for demonstration only"
    )
