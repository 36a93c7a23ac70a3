"""The search space: a short vector of real numbers, each about 1 in scale, and its signature."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from stages.signature.model.spectrum import Carrier, Signature
from stages.video.planes import PlaneName

Vector = NDArray[np.float64]

Preset = Literal["balanced", "colour"]
PRESETS: tuple[Preset, ...] = get_args(Preset)

LUMA_BLOCK, CHROMA_BLOCK = 32, 40
LUMA_HALF_PERIODS, CHROMA_HALF_PERIODS = (2, 3, 10), (4, 10, 30)

# A carrier with less of the energy than this is left out.
_LEAST_SHARE = 0.01


@dataclass(frozen=True)
class Coordinate:
    """One number of the vector: its meaning, where the search starts, and its range."""

    name: str
    x0: float
    low: float
    high: float


# Shares stand as logits; frequencies, widths, noise and softness as natural logarithms.
COORDINATES = (
    Coordinate("V share of the chroma energy, logit", 6.0, -2.0, 8.0),
    Coordinate("luma centre, log cycles/pixel", math.log(0.06), math.log(0.03), math.log(0.3)),
    Coordinate("luma width, log", math.log(0.3), math.log(0.15), math.log(1.0)),
    Coordinate("chroma centre, log cycles/pixel", math.log(0.03), math.log(0.0125), math.log(0.15)),
    Coordinate("chroma width, log", math.log(0.4), math.log(0.15), math.log(1.0)),
    Coordinate("luma half-period 2, logit", 3.0, -4.0, 4.0),
    Coordinate("luma half-period 3, logit", -3.0, -4.0, 4.0),
    Coordinate("luma half-period 10, logit", -3.0, -4.0, 4.0),
    Coordinate("chroma half-period 4, logit", 1.0, -4.0, 4.0),
    Coordinate("chroma half-period 10, logit", 1.0, -4.0, 4.0),
    Coordinate("chroma half-period 30, logit", -3.0, -4.0, 4.0),
    Coordinate("luma activity exponent", 0.0, -0.5, 1.5),
    Coordinate("chroma activity exponent", 0.0, -0.5, 1.5),
    Coordinate("luma noise, log", math.log(9.0), math.log(2.0), math.log(100.0)),
    Coordinate("chroma noise, log", math.log(15.0), math.log(2.0), math.log(100.0)),
    Coordinate("drift", 0.5, 0.0, 1.0),
    Coordinate("luma whitening exponent", 1.0, 0.0, 2.0),
    Coordinate("chroma whitening exponent", 1.0, 0.0, 2.0),
    # Grey video has no chroma features, and then luma counts alone, whatever its weight.
    Coordinate("luma weight over its share's, log", math.log(0.35), math.log(0.1), math.log(3.0)),
    Coordinate("softness, log", math.log(0.7), math.log(0.1), math.log(30.0)),
)  # fmt: skip

# Luma's share of the energy. It is no coordinate: every clip's closed loop moves it anyway.
LUMA_SHARE: dict[Preset, float] = {"balanced": 0.3775, "colour": 0.0}


def hand_set_vector() -> Vector:
    """The hand-set spectrum from which the search sets out."""
    return np.array([coordinate.x0 for coordinate in COORDINATES])


def bounds() -> tuple[Vector, Vector]:
    """Least and greatest value of each coordinate."""
    return (
        np.array([coordinate.low for coordinate in COORDINATES]),
        np.array([coordinate.high for coordinate in COORDINATES]),
    )


@dataclass(frozen=True)
class Part:
    """What the carriers of luma, or those of chroma, have in common; ``weight`` is beside 1."""

    centre: Any
    width: Any
    activity: Any
    noise: Any
    whitening: Any
    weight: Any


@dataclass(frozen=True)
class Meaning:
    """What the numbers of a vector say: floats, or whatever ``exp`` makes of its elements.

    Attributes
    ----------
    shares : of the energy, by plane and half_period; they sum to 1.
    """

    shares: dict[tuple[PlaneName, int], Any]
    luma: Part
    chroma: Part
    drift: Any
    softness: Any

    def part(self, plane: PlaneName) -> Part:
        return self.luma if plane == "Y" else self.chroma


def meaning(vector: Any, preset: Preset, exp: Callable[[Any], Any] = math.exp) -> Meaning:
    """What a vector says, in the order of the ``COORDINATES``."""
    values = iter([vector[index] for index in range(len(COORDINATES))])
    luma_share, v_share = LUMA_SHARE[preset], 1 / (1 + exp(-next(values)))
    luma_band = exp(next(values)), exp(next(values))
    chroma_band = exp(next(values)), exp(next(values))
    luma_half_periods = _softmax([next(values) for _ in LUMA_HALF_PERIODS], exp)
    chroma_half_periods = _softmax([next(values) for _ in CHROMA_HALF_PERIODS], exp)
    luma_activity, chroma_activity = next(values), next(values)
    luma_noise, chroma_noise = exp(next(values)), exp(next(values))
    drift = next(values)
    luma_whitening, chroma_whitening = next(values), next(values)
    luma_weight, softness = exp(next(values)), exp(next(values))
    planes: dict[PlaneName, Any] = {
        "Y": luma_share,
        "U": (1 - luma_share) * (1 - v_share),
        "V": (1 - luma_share) * v_share,
    }
    shares = {
        (plane, half_period): plane_share * half_period_share
        for plane, plane_share in planes.items()
        for half_period, half_period_share in (
            zip(LUMA_HALF_PERIODS, luma_half_periods, strict=True)
            if plane == "Y"
            else zip(CHROMA_HALF_PERIODS, chroma_half_periods, strict=True)
        )
    }
    return Meaning(
        shares,
        Part(*luma_band, luma_activity, luma_noise, luma_whitening, luma_weight),
        Part(*chroma_band, chroma_activity, chroma_noise, chroma_whitening, 1.0),
        drift,
        softness,
    )


def to_signature(vector: Vector, preset: Preset) -> Signature:
    """The signature that a vector stands for; carriers with next to no energy are left out.

    ``colour`` rests on chroma alone; ``balanced`` keeps enough in luma to survive greyscale.
    """
    meant = meaning([float(value) for value in vector], preset)
    shares = {where: share for where, share in meant.shares.items() if share >= _LEAST_SHARE}
    total = sum(shares.values())
    carriers = []
    for (plane, half_period), share in shares.items():
        part = meant.part(plane)
        carriers.append(
            Carrier(
                plane=plane,
                block=LUMA_BLOCK if plane == "Y" else CHROMA_BLOCK,
                half_period=half_period,
                share=_tidy(share / total),
                centre=_tidy(part.centre),
                width=_tidy(part.width),
                activity=_tidy(part.activity),
                noise=_tidy(part.noise),
                drift=_tidy(meant.drift),
                whitening=_tidy(part.whitening),
                softness=_tidy(meant.softness),
                weight=_tidy(math.sqrt(share / total) * part.weight),
            )
        )
    return Signature(tuple(carriers))


def _softmax(logits: list[Any], exp: Callable[[Any], Any]) -> list[Any]:
    powers = [exp(logit) for logit in logits]
    return [power / sum(powers) for power in powers]


def _tidy(value: float) -> float:
    """Six significant digits: the same file on every machine."""
    return float(f"{value:.6g}")
