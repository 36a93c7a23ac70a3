"""The signature: how a mark's energy is spread, and how the detector weighs it; not the key."""

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from stages.common.errors import AfterimageError
from stages.video.planes import PLANES, PlaneName

Positive = Annotated[float, Field(gt=0)]


@dataclass(frozen=True)
class Carrier:
    """Channel of the mark: a plane, a block size, a temporal modulation and a spatial band.

    Attributes
    ----------
    plane : ``Y``, ``U`` or ``V``.
    block : side of the DCT blocks, in pixels of the plane.
    half_period : frames after which the pattern changes its sign.
    share : part of the mark's energy (mean squared RGB error), all carriers' adding up to 1.
    centre : frequency with the largest amplitude, in cycles per pixel of the plane.
    width : standard deviation of the band, in natural logarithms of frequency.
    activity : exponent of the local activity by which amplitudes are shaped; 0 spreads evenly.
    noise : change from a half-period to the next, as a root mean square of coefficients in 8-bit
        units, at which the detector counts a half-period of a block half.
    drift : part of a half-period's reference that its neighbours make; all of the window's
        half-periods make the rest.
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
        """Return the context for which the chips of this carrier are drawn."""
        # ``flip`` is the half-period: another word here would change the chips of every key.
        return f"{self.plane}/block{self.block}/flip{self.half_period}"


@dataclass(frozen=True)
class FrameSize:
    """Size of luma, even, in pixels."""

    width: Annotated[int, Field(gt=0, multiple_of=2)]
    height: Annotated[int, Field(gt=0, multiple_of=2)]

    __pydantic_config__ = ConfigDict(extra="forbid", strict=True)


@dataclass(frozen=True)
class Signature:
    """All carriers of a mark; public, and the same for every key.

    Attributes
    ----------
    carriers : at least one.
    frame : size of the frames for which it was learned, and to which videos of other sizes are
        brought to be marked, and to be looked at.
    """

    carriers: Annotated[tuple[Carrier, ...], Field(min_length=1)]
    frame: FrameSize = FrameSize(320, 240)

    __pydantic_config__ = ConfigDict(extra="forbid", strict=True)

    def usable(self, frames: int) -> tuple[Carrier, ...]:
        """Return the carriers that change their sign within a video of so many frames."""
        return tuple(carrier for carrier in self.carriers if carrier.half_period < frames)

    def within(self, planes: Collection[PlaneName]) -> "Signature":
        """Return the signature of its carriers in some planes."""
        return replace(
            self, carriers=tuple(carrier for carrier in self.carriers if carrier.plane in planes)
        )

    @property
    def survives_grey(self) -> bool:
        """Tell whether it is in luma and in chroma, so that part of it is left in grey video."""
        return {PLANES[carrier.plane].luma for carrier in self.carriers} == {True, False}

    def to_json(self) -> str:
        """Return the text of its file, which ``load_signature`` reads."""
        return json.dumps(asdict(self), indent=2) + "\n"


def load_signature(path: Path) -> Signature:
    """Read a signature that ``Signature.to_json`` wrote.

    A file without ``frame`` is older than the field, and is refused: nothing in it says for which
    size it was learned. Raises ``AfterimageError`` with the file, the key, its value and what is
    allowed.
    """
    try:
        content = path.read_bytes()
        signature = TypeAdapter(Signature).validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        shown = "" if isinstance(first["input"], dict | list) else f" = {first['input']!r}"
        where = f"{key}{shown}: " if key else ""
        raise AfterimageError(f"{path}: not a signature file: {where}{first['msg']}") from error
    if "frame" not in json.loads(content):
        raise AfterimageError(
            f"{path}: not a signature file: frame: missing, the width and height for which the "
            "signature was learned"
        )
    addresses = [carrier.address for carrier in signature.carriers]
    if len({*addresses}) < len(addresses):
        # They would share their chips, and the bound rests on independent ones.
        raise AfterimageError(f"{path}: not a signature file: a carrier stands in it twice")
    return signature
