"""`params.yaml` as a typed model: one file a section, every range stated once.

Encoders, edits, sources, schemes and recipes are not listed here: their names are checked against
the records that are there, and their own ranges are in their records.
"""

from pydantic import Field, ValidationInfo, field_validator

from stages.common.section import Section
from stages.pipeline.params.baseline import Baseline
from stages.pipeline.params.compress import Compress
from stages.pipeline.params.fetch import AnyFetch, Fetch
from stages.pipeline.params.fingerprint import Fingerprint
from stages.pipeline.params.optimize import Optimize
from stages.pipeline.params.signature import SignatureParams
from stages.pipeline.params.sweep import Sweep
from stages.pipeline.params.validate import Validate

__all__ = [
    "Baseline", "Compress", "Fetch", "Fingerprint", "Optimize", "Params", "SignatureParams",
    "Sweep", "Validate",
]  # fmt: skip


class Params(Section):
    """The whole file."""

    fetch: AnyFetch = Field(description="where clips come from, and what is used of them")
    compress: Compress = Field(description="the encoder under test")
    signature: SignatureParams = Field(description="the mark, and when it counts as found")
    optimize: Optimize = Field(description="the search for a signature")
    validation: Validate = Field(alias="validate", description="the test on held-out clips")
    fingerprint: Fingerprint = Field(description="the perceptual hash")
    sweep: Sweep = Field(description="rows beyond the one setting of `compress`")
    baseline: Baseline = Field(description="what the main line is compared with")

    @field_validator("sweep")
    @classmethod
    def _within_the_encoders_range(cls, value: Sweep, info: ValidationInfo) -> Sweep:
        """Refuse a CRF that the encoder under test does not have."""
        compress = info.data.get("compress")
        if compress is None:
            return value
        for name, crfs in (("crf", value.crf), ("second_crf", [value.second_crf])):
            if max(crfs) > compress.max_crf:
                raise ValueError(
                    f"{name} = {max(crfs)}, but must be from 0 to {compress.max_crf} for "
                    f"{compress.encoder}"
                )
        return value
