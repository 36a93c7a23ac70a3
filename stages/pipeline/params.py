"""`params.yaml` as a typed model: one class a section, every range stated once."""

import difflib
import re
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails

from stages.errors import AfterimageError
from stages.video.codec import MAX_CRF, PIXEL_FORMATS, Codec, EncoderName, PixelFormat, Preset
from stages.video.frames import Fit, Geometry

PARAMS_FILE = Path("params.yaml")

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


class Fetch(Section):
    source: Literal["synthetic", "folder"]
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

    @field_validator("group_regex")
    @classmethod
    def _compiles(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from error
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
    closed_loop_crf: int = Field(ge=0, le=51)
    false_positive_rate: float = Field(ge=1e-12, le=0.1)
    demonstration_key: str = Field(min_length=16)


class Optimize(Section):
    clips: int = Field(ge=1, le=10_000)
    population: int = Field(ge=4, le=1_000)
    generations: int = Field(ge=1, le=10_000)
    sigma: float = Field(gt=0, le=2)
    softness: float = Field(ge=0.1, le=100)
    seed: Seed


class Validate(Section):
    wrong_keys: int = Field(ge=1, le=1_000_000)
    confidence: float = Field(ge=0.5, lt=1)
    seed: Seed


class Fingerprint(Section):
    recipe: Literal["afterimage", "classic"]
    false_positive_rate: float = Field(ge=1e-12, le=0.1)


class Params(Section):
    """The whole file."""

    fetch: Fetch
    compress: Compress
    signature: SignatureParams
    optimize: Optimize
    validation: Validate = Field(alias="validate")
    fingerprint: Fingerprint


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader, which takes 1e-6 for a number, as YAML 1.2 and DVC do."""


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+$"),
    list("-+.0123456789"),
)


def load_params(path: Path = PARAMS_FILE) -> Params:
    """Read and check the parameters.

    Raises ``AfterimageError`` with one line that names the file, the line, the key, the value and
    what is allowed.
    """
    try:
        text = path.read_text(encoding="utf-8")
        content = yaml.load(text, _Loader)  # noqa: S506 (it is a SafeLoader)
        tree = yaml.compose(text, _Loader)
    except OSError as error:
        raise AfterimageError(f"{path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise AfterimageError(f"{path}: not YAML: {' '.join(str(error).split())}") from error
    try:
        return Params.model_validate(content)
    except ValidationError as error:
        # A misspelt key is also a missing one: the misspelling is the one to tell.
        problems = sorted(
            error.errors(include_url=False), key=lambda problem: problem["type"] == "missing"
        )
        keys = tuple(part for part in problems[0]["loc"] if isinstance(part, str))
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        line = _line_of(tree, keys)
        raise AfterimageError(f"{path}:{line}: {_explain(keys, problems[0])}{more}") from error


def _explain(keys: tuple[str, ...], error: ErrorDetails) -> str:
    """One clause: the key, its value, and what is allowed."""
    name = ".".join(keys)
    match error["type"]:
        case "extra_forbidden":
            return f"unknown key {name}{_suggestion(keys)}"
        case "missing":
            return f"{name} is missing"
    allowed = error["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
    return f"{name} = {error['input']!r}: {allowed}{_range(keys)}"


def _range(keys: tuple[str, ...]) -> str:
    """The whole range of a number, of which pydantic names only the end that was missed."""
    section: type[Section] = Params
    for key in keys[:-1]:
        section = _fields(section)[key].annotation
    field = _fields(section).get(keys[-1]) if keys else None
    limits = {
        sign: getattr(limit, name)
        for limit in (field.metadata if field else ())
        for name, sign in (("ge", ">="), ("gt", ">"), ("le", "<="), ("lt", "<"))
        if getattr(limit, name, None) is not None
    }
    if len(limits) < 2:
        return ""
    return " (allowed: " + " and ".join(f"{sign} {limit}" for sign, limit in limits.items()) + ")"


def _suggestion(keys: tuple[str, ...]) -> str:
    section: type[Section] = Params
    for key in keys[:-1]:
        section = _fields(section)[key].annotation
    near = difflib.get_close_matches(keys[-1], _fields(section), n=1)
    return f" (did you mean {near[0]}?)" if near else f" (known: {', '.join(_fields(section))})"


def _fields(section: type[Section]) -> dict[str, Any]:
    return {field.alias or name: field for name, field in section.model_fields.items()}


def _line_of(tree: yaml.Node | None, keys: tuple[str, ...]) -> int:
    """The line of a key, or of the nearest section around it."""
    line = 1
    for key in keys:
        if not isinstance(tree, yaml.MappingNode):
            break
        found = next((pair for pair in tree.value if pair[0].value == key), None)
        if found is None:
            break
        line, tree = found[0].start_mark.line + 1, found[1]
    return line
