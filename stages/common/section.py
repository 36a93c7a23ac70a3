"""Settings that are read from `params.yaml`, as typed models."""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Seed = Annotated[int, Field(ge=1, le=2**31 - 1)]
# A share or a probability that is neither nothing nor all.
Rate = Annotated[float, Field(gt=0, lt=1)]


class Section(BaseModel):
    """A section of the file: no unknown key, no silent change of type, no later change."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


@dataclass(frozen=True)
class Configurable:
    """A record that reads a value of its own from `params.yaml`, beside the name that asks for it.

    Attributes
    ----------
    settings : the type of that value, for pydantic: a ``Section``, or ``Annotated[str, ...]``.
    """

    settings: Any
