"""The search space: a short vector of real numbers, each about 1 in scale, and its signature."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from stages.signature.model.spectrum import Carrier, Signature
from stages.video.planes import PLANES, PlaneName

Vector = NDArray[np.float64]

Preset = Literal["balanced", "colour"]
PRESETS: tuple[Preset, ...] = get_args(Preset)

# The two kinds of planes: carriers of a kind have parameters in common.
PlaneKind = Literal["luma", "chroma"]


@dataclass(frozen=True)
class Grid:
    """The blocks and half-periods of the carriers of a kind of planes, which no search changes.

    Attributes
    ----------
    block : side of the DCT blocks, in pixels of the plane.
    half_periods : in frames, one for each carrier of a plane.
    """

    block: int
    half_periods: tuple[int, ...]


GRIDS: dict[PlaneKind, Grid] = {"luma": Grid(32, (2, 3, 10)), "chroma": Grid(40, (4, 10, 30))}

# A carrier with less of the energy than this is left out.
_LEAST_SHARE = 0.01


@dataclass(frozen=True)
class Coordinate:
    """One number of the vector.

    Attributes
    ----------
    name : by which ``meaning`` reads it.
    description : what it stands for, and on which scale.
    x0 : where the search starts.
    low, high : its range.
    """

    name: str
    description: str
    x0: float
    low: float
    high: float


# Shares stand as logits; frequencies, widths, noise, weight and softness as natural logarithms.
# fmt: off
COORDINATES = (
    Coordinate("v_share", "V's share of the chroma energy, logit", 6.0, -2.0, 8.0),
    Coordinate("luma_centre", "centre frequency of luma, log cycles/pixel",
               math.log(0.06), math.log(0.03), math.log(0.3)),
    Coordinate("luma_width", "width of luma's band, log",
               math.log(0.3), math.log(0.15), math.log(1.0)),
    Coordinate("chroma_centre", "centre frequency of chroma, log cycles/pixel",
               math.log(0.03), math.log(0.0125), math.log(0.15)),
    Coordinate("chroma_width", "width of chroma's band, log",
               math.log(0.4), math.log(0.15), math.log(1.0)),
    Coordinate("luma_half_period_2", "energy at luma's half-period 2, logit", 3.0, -4.0, 4.0),
    Coordinate("luma_half_period_3", "energy at luma's half-period 3, logit", -3.0, -4.0, 4.0),
    Coordinate("luma_half_period_10", "energy at luma's half-period 10, logit", -3.0, -4.0, 4.0),
    Coordinate("chroma_half_period_4", "energy at chroma's half-period 4, logit", 1.0, -4.0, 4.0),
    Coordinate("chroma_half_period_10", "energy at chroma's half-period 10, logit",
               1.0, -4.0, 4.0),
    Coordinate("chroma_half_period_30", "energy at chroma's half-period 30, logit",
               -3.0, -4.0, 4.0),
    Coordinate("luma_activity", "activity exponent of luma", 0.0, -0.5, 1.5),
    Coordinate("chroma_activity", "activity exponent of chroma", 0.0, -0.5, 1.5),
    Coordinate("luma_noise", "noise of luma, log", math.log(9.0), math.log(2.0), math.log(100.0)),
    Coordinate("chroma_noise", "noise of chroma, log",
               math.log(15.0), math.log(2.0), math.log(100.0)),
    Coordinate("drift", "drift of all carriers", 0.5, 0.0, 1.0),
    Coordinate("luma_whitening", "whitening exponent of luma", 1.0, 0.0, 2.0),
    Coordinate("chroma_whitening", "whitening exponent of chroma", 1.0, 0.0, 2.0),
    # Grey video has no chroma features, and then luma counts alone, whatever its weight.
    Coordinate("luma_weight", "weight of luma over that of its share, log",
               math.log(0.35), math.log(0.1), math.log(3.0)),
    Coordinate("softness", "softness of all carriers, log",
               math.log(0.7), math.log(0.1), math.log(30.0)),
)
# fmt: on

# Luma's share of the energy. It is no coordinate: every clip's closed loop moves it anyway.
LUMA_SHARE: dict[Preset, float] = {"balanced": 0.3775, "colour": 0.0}


def hand_set_vector() -> Vector:
    """Return the hand-set spectrum from which the search sets out."""
    return np.array([coordinate.x0 for coordinate in COORDINATES])


def bounds() -> tuple[Vector, Vector]:
    """Return the least and the greatest value of each coordinate."""
    return (
        np.array([coordinate.low for coordinate in COORDINATES]),
        np.array([coordinate.high for coordinate in COORDINATES]),
    )


@dataclass(frozen=True)
class CommonParameters:
    """The parameters that all carriers of a kind of planes have in common.

    All are as in ``Carrier``, but for ``weight``: a factor beside the root of a carrier's share.
    """

    centre: Any
    width: Any
    activity: Any
    noise: Any
    whitening: Any
    weight: Any


@dataclass(frozen=True)
class Meaning:
    """The parameters that a vector stands for: floats, or whatever ``exp`` makes of its elements.

    Attributes
    ----------
    shares : of the energy, by plane and half-period; they sum to 1.
    luma, chroma : of the carriers of either kind.
    drift, softness : of all carriers.
    """

    shares: dict[tuple[PlaneName, int], Any]
    luma: CommonParameters
    chroma: CommonParameters
    drift: Any
    softness: Any

    def common(self, plane: PlaneName) -> CommonParameters:
        """Return what the carriers of a plane have in common."""
        return self.luma if kind(plane) == "luma" else self.chroma


def kind(plane: PlaneName) -> PlaneKind:
    """Return the kind of a plane."""
    return "luma" if PLANES[plane].luma else "chroma"


def meaning(vector: Any, preset: Preset, exp: Callable[[Any], Any] = math.exp) -> Meaning:
    """Compute the parameters that a vector [shape=(len(COORDINATES),)] stands for.

    ``exp`` is that of the vector's elements: another than ``math``'s where something traces them.
    """
    values = {coordinate.name: vector[index] for index, coordinate in enumerate(COORDINATES)}
    luma_share, v_share = LUMA_SHARE[preset], 1 / (1 + exp(-values["v_share"]))
    plane_shares: dict[PlaneName, Any] = {
        "Y": luma_share,
        "U": (1 - luma_share) * (1 - v_share),
        "V": (1 - luma_share) * v_share,
    }
    by_kind = {name: _half_period_shares(name, values, exp) for name in GRIDS}
    shares = {
        (plane, half_period): plane_share * half_period_share
        for plane, plane_share in plane_shares.items()
        for half_period, half_period_share in by_kind[kind(plane)].items()
    }
    return Meaning(
        shares,
        luma=_common("luma", values, exp, weight=exp(values["luma_weight"])),
        chroma=_common("chroma", values, exp, weight=1.0),
        drift=values["drift"],
        softness=exp(values["softness"]),
    )


def _common(
    name: PlaneKind, values: Mapping[str, Any], exp: Callable[[Any], Any], *, weight: Any
) -> CommonParameters:
    """Read what the carriers of a kind of planes have in common."""
    return CommonParameters(
        centre=exp(values[f"{name}_centre"]),
        width=exp(values[f"{name}_width"]),
        activity=values[f"{name}_activity"],
        noise=exp(values[f"{name}_noise"]),
        whitening=values[f"{name}_whitening"],
        weight=weight,
    )


def _half_period_shares(
    name: PlaneKind, values: Mapping[str, Any], exp: Callable[[Any], Any]
) -> dict[int, Any]:
    """Compute each half-period's share of a plane's energy, the softmax of its logit."""
    powers = {
        half_period: exp(values[f"{name}_half_period_{half_period}"])
        for half_period in GRIDS[name].half_periods
    }
    return {half_period: power / sum(powers.values()) for half_period, power in powers.items()}


def to_signature(vector: Vector, preset: Preset) -> Signature:
    """Make the signature that a vector stands for; carriers with next to no energy are left out.

    ``colour`` rests on chroma alone; ``balanced`` keeps enough in luma to survive greyscale.
    """
    parameters = meaning([float(value) for value in vector], preset)
    shares = {
        address: share for address, share in parameters.shares.items() if share >= _LEAST_SHARE
    }
    total = sum(shares.values())
    return Signature(
        tuple(
            _carrier(parameters, plane, half_period, share / total)
            for (plane, half_period), share in shares.items()
        )
    )


def _carrier(parameters: Meaning, plane: PlaneName, half_period: int, share: float) -> Carrier:
    """Make the carrier of a plane and a half-period, with its share of the energy."""
    common = parameters.common(plane)
    return Carrier(
        plane=plane,
        block=GRIDS[kind(plane)].block,
        half_period=half_period,
        share=_tidy(share),
        centre=_tidy(common.centre),
        width=_tidy(common.width),
        activity=_tidy(common.activity),
        noise=_tidy(common.noise),
        drift=_tidy(parameters.drift),
        whitening=_tidy(common.whitening),
        softness=_tidy(parameters.softness),
        weight=_tidy(math.sqrt(share) * common.weight),
    )


def _tidy(value: float) -> float:
    """Keep six significant digits: the same file on every machine."""
    return float(f"{value:.6g}")
