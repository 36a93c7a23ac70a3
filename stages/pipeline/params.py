"""`params.yaml` as a typed model: one class a section, every range stated once."""

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from stages.video.codec import MAX_CRF, PIXEL_FORMATS, Codec, EncoderName, PixelFormat, Preset
from stages.video.frames import Fit, Geometry

Seed = Annotated[int, Field(ge=1, le=2**31 - 1)]
Rate = Annotated[float, Field(gt=0, lt=1)]


class Section(BaseModel):
    """A section of the file: no unknown key, no silent change of type, no later change."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Synthetic(Section):
    natural: int = Field(ge=0, le=100_000)
    simple: int = Field(ge=0, le=10_000)
    frames: int = Field(ge=1, le=3_000)
    seed: Seed


# More than any class has.
ALL_CLIPS = 10_000


class Ucf101(Section):
    base_url: str = Field(pattern=r"^https?://[^\s/]+(/[^\s?#]*)?$")
    archive: str
    dir: str
    classes: list[str]
    clips_per_class: int = Field(ge=1, le=ALL_CLIPS)
    seed: Seed
    split: int = Field(ge=1, le=3)
    cache: str = Field(min_length=1)
    single_clips: int = Field(ge=0, le=20_000)
    connections: int = Field(ge=1, le=16)
    retries: int = Field(ge=0, le=20)
    timeout_s: float = Field(gt=0, le=3600)

    @field_validator("classes", mode="before")
    @classmethod
    def _all_or_some_classes(cls, value: object) -> object:
        """No name at all stands for every class."""
        if value == "all":
            return []
        if not isinstance(value, list) or not value:
            raise ValueError("must be `all` or a list of classes")
        return value

    @field_validator("clips_per_class", mode="before")
    @classmethod
    def _all_or_some_clips(cls, value: object) -> object:
        return ALL_CLIPS if value == "all" else value

    @field_validator("dir")
    @classmethod
    def _one_copy(cls, value: str, info: ValidationInfo) -> str:
        if value and info.data.get("archive"):
            raise ValueError("there is an archive already; give one of the two")
        return value


class Fetch(Section):
    source: Literal["synthetic", "folder", "ucf101"]
    folder: str = Field(min_length=1)
    group_regex: str = Field(min_length=1)
    width: int = Field(ge=64, le=3840, multiple_of=2)
    height: int = Field(ge=64, le=2160, multiple_of=2)
    fit: Fit
    max_frames: int = Field(ge=1, le=1_000_000)
    test_fraction: Rate
    split_seed: Seed
    strict: bool
    synthetic: Synthetic
    ucf101: Ucf101

    @field_validator("group_regex")
    @classmethod
    def _compiles(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from error
        return value

    @field_validator("synthetic")
    @classmethod
    def _enough_to_split(cls, value: Synthetic, info: ValidationInfo) -> Synthetic:
        if info.data.get("source") == "synthetic" and value.natural < 2:
            raise ValueError(
                f"natural = {value.natural}, but two are needed: to train, and to test"
            )
        return value

    @property
    def geometry(self) -> Geometry:
        return Geometry(self.width, self.height, self.fit)


class Compress(Section):
    encoder: EncoderName
    crf: int = Field(ge=0)
    preset: Preset
    gop: int = Field(ge=1, le=10_000)
    pixel_format: PixelFormat

    @field_validator("crf")
    @classmethod
    def _within_the_encoders_range(cls, value: int, info: ValidationInfo) -> int:
        encoder = info.data.get("encoder")
        if encoder in MAX_CRF and value > MAX_CRF[encoder]:
            raise ValueError(f"must be from 0 to {MAX_CRF[encoder]} for {encoder}")
        return value

    @field_validator("pixel_format")
    @classmethod
    def _known_to_the_encoder(cls, value: PixelFormat, info: ValidationInfo) -> PixelFormat:
        encoder = info.data.get("encoder")
        if encoder in PIXEL_FORMATS and value not in PIXEL_FORMATS[encoder]:
            raise ValueError(f"must be one of {', '.join(PIXEL_FORMATS[encoder])} for {encoder}")
        return value

    @property
    def codec(self) -> Codec:
        return Codec(self.encoder, self.crf, self.preset, self.gop, self.pixel_format)


class SignatureParams(Section):
    preset: Literal["balanced", "colour"]
    psnr_db: float = Field(ge=30, le=60)
    frame_headroom_db: float = Field(ge=0.5, le=30)
    block_headroom_db: float = Field(ge=3, le=40)
    closed_loop: int = Field(ge=0, le=20)
    harder: list[Annotated[int, Field(ge=1, le=63)]]
    false_positive_rate: float = Field(ge=1e-12, le=0.1)
    demonstration_key: str = Field(min_length=16)


class Optimize(Section):
    clips: int = Field(ge=1, le=10_000)
    clips_per_candidate: int = Field(ge=1, le=10_000)
    population: int = Field(ge=4, le=1_000)
    confirmations: int = Field(ge=1, le=1_000)
    generations: int = Field(ge=1, le=10_000)
    sigma: float = Field(gt=0, le=2)
    seed: Seed


class Validate(Section):
    wrong_keys: int = Field(ge=1, le=1_000_000)
    confidence: float = Field(ge=0.5, lt=1)
    seed: Seed


class Fingerprint(Section):
    recipe: Literal["afterimage", "classic"]
    false_positive_rate: float = Field(ge=1e-12, le=0.1)


class Sweep(Section):
    crf: list[Annotated[int, Field(ge=0, le=63)]] = Field(min_length=1)
    encoders: list[EncoderName] = Field(min_length=1)
    edits: list[Literal["second_generation", "grey", "shifted", "cropped", "rescaled"]] = Field(
        min_length=1
    )
    second_crf: int = Field(ge=0, le=63)
    search_frames: int = Field(ge=0, le=1_000)
    search_zoom_percent: int = Field(ge=0, le=50)


class Baseline(Section):
    methods: list[
        Literal[
            "adaptive", "contrastive", "real_forward", "hand_set", "random_spectrum", "cmaes",
            "fixed_pattern",
        ]
    ] = Field(min_length=1)  # fmt: skip
    harder: int = Field(ge=1, le=51)
    clips: int = Field(ge=1, le=10_000)
    test_clips: int = Field(ge=1, le=100_000)
    steps: int = Field(ge=3, le=10_000)
    learning_rate: float = Field(gt=0, le=2)
    sharpness: float = Field(gt=0, le=100)
    wrong_keys: int = Field(ge=0, le=1_000_000)
    seed: Seed


class Params(Section):
    """The whole file."""

    fetch: Fetch
    compress: Compress
    signature: SignatureParams
    optimize: Optimize
    validation: Validate = Field(alias="validate")
    fingerprint: Fingerprint
    sweep: Sweep
    baseline: Baseline

    @field_validator("sweep")
    @classmethod
    def _within_the_encoders_ranges(cls, value: Sweep, info: ValidationInfo) -> Sweep:
        compress = info.data.get("compress")
        if compress is None:
            return value
        highest = MAX_CRF[compress.encoder]
        for name, crfs in (("crf", value.crf), ("second_crf", [value.second_crf])):
            if max(crfs) > highest:
                raise ValueError(
                    f"{name} = {max(crfs)}, but must be from 0 to {highest} for {compress.encoder}"
                )
        return value
