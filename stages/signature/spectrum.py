"""The signature: how a mark's energy is spread, and how the detector weighs it. Not the key."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from stages.errors import AfterimageError
from stages.video.frames import Plane


@dataclass(frozen=True)
class Carrier:
    """One channel of the mark: a plane, a block size, a temporal modulation and a spatial band.

    Attributes
    ----------
    plane : ``Y``, ``U`` or ``V``.
    block : side of the DCT blocks, in pixels of the plane.
    flip : frames after which the pattern changes its sign.
    share : part of the mark's energy (mean squared RGB error), all carriers' adding up to 1.
    centre : frequency with the largest amplitude, in cycles per pixel of the plane.
    width : standard deviation of the band, in natural logarithms of frequency.
    activity : exponent of the local activity by which amplitudes are shaped; 0 spreads evenly.
    noise : change from one span of the sign to the next, as a root mean square of coefficients in
        8-bit units, at which the detector counts a span of a block half.
    drift : how far the detector compares a span with its neighbours (1), and not with all (0).
    whitening : exponent by which the detector divides by the scale of what it sees; 1 whitens,
        2 is the matched filter for Gaussian noise of that scale.
    softness : size, in scales, at which a feature counts half of what the largest can; the
        smaller, the nearer the detector is to counting signs.
    weight : weight of the carrier in the statistic.
    """

    plane: Plane
    block: int
    flip: int
    share: float
    centre: float
    width: float
    activity: float
    noise: float
    drift: float
    whitening: float
    softness: float
    weight: float

    @property
    def address(self) -> str:
        """What the chips of this carrier are drawn for."""
        return f"{self.plane}/block{self.block}/flip{self.flip}"


@dataclass(frozen=True)
class Signature:
    """All carriers of a mark; public, and the same for every key."""

    carriers: tuple[Carrier, ...]

    def usable(self, frames: int) -> tuple[Carrier, ...]:
        """The carriers that change their sign within a video of so many frames."""
        return tuple(carrier for carrier in self.carriers if carrier.flip < frames)

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
    """Read a signature that ``Signature.to_json`` wrote."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return Signature(tuple(Carrier(**carrier) for carrier in content["carriers"]))
    except (ValueError, KeyError, TypeError) as error:
        raise AfterimageError(f"{path}: not a signature file: {error}") from error
