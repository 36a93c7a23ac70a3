"""The signature: how a mark's energy is spread, and how the detector weighs it. Not the key."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from stages.common.errors import AfterimageError
from stages.video.planes import PlaneName

Positive = Annotated[float, Field(gt=0)]


@dataclass(frozen=True)
class Carrier:
    """One channel of the mark: a plane, a block size, a temporal modulation and a spatial band.

    Attributes
    ----------
    plane : ``Y``, ``U`` or ``V``.
    block : side of the DCT blocks, in pixels of the plane.
    half_period : frames after which the pattern changes its sign.
    share : part of the mark's energy (mean squared RGB error), all carriers' adding up to 1.
    centre : frequency with the largest amplitude, in cycles per pixel of the plane.
    width : standard deviation of the band, in natural logarithms of frequency.
    activity : exponent of the local activity by which amplitudes are shaped; 0 spreads evenly.
    noise : change from one half_period of the sign to the next, as a root mean square of coefficients in
        8-bit units, at which the detector counts a half_period of a block half.
    drift : how far the detector compares a half_period with its neighbours (1), and not with all (0).
    whitening : exponent by which the detector divides by the scale of what it sees; 1 whitens,
        2 is the matched filter for Gaussian noise of that scale.
    softness : size, in scales, at which a feature counts half of what the largest can; the
        smaller, the nearer the detector is to counting signs.
    weight : weight of the carrier in the statistic.
    """

    plane: PlaneName
    block: Annotated[int, Field(ge=2, le=256)]
    half_period: Annotated[int, Field(ge=1)]
    share: Positive
    centre: Positive
    width: Positive
    activity: float
    noise: Positive
    drift: Annotated[float, Field(ge=0, le=1)]
    whitening: float
    softness: Positive
    weight: Positive

    __pydantic_config__ = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    @property
    def address(self) -> str:
        """What the chips of this carrier are drawn for."""
        return f"{self.plane}/block{self.block}/flip{self.half_period}"


@dataclass(frozen=True)
class Signature:
    """All carriers of a mark; public, and the same for every key."""

    carriers: Annotated[tuple[Carrier, ...], Field(min_length=1)]

    __pydantic_config__ = ConfigDict(extra="forbid", strict=True)

    def usable(self, frames: int) -> tuple[Carrier, ...]:
        """The carriers that change their sign within a video of so many frames."""
        return tuple(carrier for carrier in self.carriers if carrier.half_period < frames)

    def within(self, planes: str) -> "Signature":
        """Its carriers in some planes, named by their letters."""
        return Signature(tuple(one for one in self.carriers if one.plane in planes))

    @property
    def survives_grey(self) -> bool:
        """Whether it is in luma and in chroma, so that part of it is left in grey video."""
        return {"Y"} < {carrier.plane for carrier in self.carriers}

    def to_json(self) -> str:
        return (
            json.dumps({"carriers": [asdict(carrier) for carrier in self.carriers]}, indent=2)
            + "\n"
        )


def load_signature(path: Path) -> Signature:
    """Read a signature that ``Signature.to_json`` wrote.

    Raises ``AfterimageError`` with the file, the key, its value and what is allowed.
    """
    try:
        signature = TypeAdapter(Signature).validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        shown = "" if isinstance(first["input"], dict | list) else f" = {first['input']!r}"
        where = f"{key}{shown}: " if key else ""
        raise AfterimageError(f"{path}: not a signature file: {where}{first['msg']}") from error
    addresses = [carrier.address for carrier in signature.carriers]
    if len({*addresses}) < len(addresses):
        # They would share their chips, and the bound rests on independent ones.
        raise AfterimageError(f"{path}: not a signature file: a carrier stands in it twice")
    return signature
