"""The section `compress`."""

from pydantic import Field, ValidationInfo, field_validator

from stages.common.section import Section
from stages.pipeline.params.names import EncoderName
from stages.video.codec import Codec
from stages.video.encoder import PixelFormat, Speed, encoder


class Compress(Section):
    """The encoder under test, at the setting of the main line."""

    encoder: EncoderName = Field(description="ffmpeg's name of the encoder")
    crf: int = Field(ge=0, description="constant rate factor, up to the encoder's highest")
    preset: Speed = Field(description="speed against size, in x264's names")
    gop: int = Field(ge=1, le=10_000, description="frames from one key frame to the next at most")
    pixel_format: PixelFormat = Field(description="what is stored, of what the encoder knows")

    @field_validator("crf")
    @classmethod
    def _within_the_encoders_range(cls, value: int, info: ValidationInfo) -> int:
        """Refuse a CRF that the encoder does not have."""
        if (name := info.data.get("encoder")) and value > encoder(name).max_crf:
            raise ValueError(f"must be from 0 to {encoder(name).max_crf} for {name}")
        return value

    @field_validator("pixel_format")
    @classmethod
    def _known_to_the_encoder(cls, value: PixelFormat, info: ValidationInfo) -> PixelFormat:
        """Refuse a pixel format that the encoder does not store."""
        if (name := info.data.get("encoder")) and value not in encoder(name).pixel_formats:
            raise ValueError(f"must be one of {', '.join(encoder(name).pixel_formats)} for {name}")
        return value

    @property
    def max_crf(self) -> int:
        """The highest CRF of the encoder."""
        return encoder(self.encoder).max_crf

    @property
    def codec(self) -> Codec:
        """The encoder at this setting."""
        return Codec(self.encoder, self.crf, self.preset, self.gop, self.pixel_format)
