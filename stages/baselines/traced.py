"""The mark and the detector once more, in a form that autograd can follow.

`signature/` is written to be read and to be fast, and knows nothing of derivatives. Here are the
same formulas as functions of the search vector; a test holds both to the same numbers. What changes
in jumps (which carriers and coefficients there are) is taken as it is at the vector.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from stages.baselines.autodiff import anp, defvjp, primitive
from stages.signature.detect.detect import NOTHING
from stages.signature.detect.evidence import neighbours
from stages.signature.embed.pattern import RGB_ERROR
from stages.signature.model.carriers import Band, Floats, carrier_band, to_coefficients, to_pixels
from stages.signature.model.chips import signs
from stages.signature.model.half_periods import HalfPeriod, half_periods, windows
from stages.signature.model.spectrum import Carrier, Signature
from stages.signature.search.space import Preset, meaning
from stages.video.frames import Frames

# Energy of features that is nothing but rounding: nothing moves, and ``z`` is 0 as the detector's.
_ROUNDING = 1e-18


@dataclass(frozen=True)
class Traced:
    """A carrier, and those of its numbers that depend on the vector."""

    carrier: Carrier
    share: Any
    centre: Any
    width: Any
    activity: Any
    noise: Any
    drift: Any
    whitening: Any
    softness: Any
    weight: Any

    @property
    def band(self) -> Band:
        return carrier_band(self.carrier)

    @property
    def amplitudes(self) -> Any:
        """Relative amplitude of each coefficient of the band, at most 1."""
        frequency = np.hypot(self.band.rows, self.band.columns) / (2 * self.carrier.block)
        bell = anp.exp(-0.5 * (anp.log(frequency / self.centre) / self.width) ** 2)
        return bell / bell[int(np.argmax(self.band.amplitudes))]


def traced(vector: Any, signature: Signature, preset: Preset) -> list[Traced]:
    """The carriers of a signature as functions of the vector that it was made from."""
    meant = meaning(vector, preset, anp.exp)
    shares = [meant.shares[carrier.plane, carrier.half_period] for carrier in signature.carriers]
    total = sum(shares)
    return [
        Traced(
            carrier,
            share / total,
            part.centre,
            part.width,
            part.activity,
            part.noise,
            meant.drift,
            part.whitening,
            meant.softness,
            weight=anp.sqrt(share / total) * part.weight,
        )
        for carrier, share in zip(signature.carriers, shares, strict=True)
        for part in [meant.part(carrier.plane)]
    ]


def pictures(carriers: Sequence[Traced], frames: Frames, key: bytes) -> list[Any]:
    """Each carrier's part of the mark [shape of its plane]: together of squared RGB error 1."""
    whole = sum(one.share for one in carriers)
    return [anp.sqrt(one.share / whole) * _picture(one, frames, key) for one in carriers]


def _picture(one: Traced, frames: Frames, key: bytes) -> Any:
    plane = frames.plane(one.carrier.plane)
    shape = plane.shape[1:]
    middle = plane[len(plane) // 2].astype(np.float64)
    host = to_coefficients(middle, one.carrier.block, one.band)
    deviation = np.sqrt(np.mean(host**2, axis=1, keepdims=True)) + 1.0
    activity = anp.clip((deviation / deviation.mean()) ** one.activity, 0.25, 4.0)
    values = activity * one.amplitudes * signs(key, one.carrier, len(host))
    # The transform keeps energy: what the picture has is known before it is drawn.
    error = RGB_ERROR[one.carrier.plane] * anp.sum(values**2) / (shape[0] * shape[1])
    return drawn(values / anp.sqrt(error), one.carrier.block, one.band, shape)


def statistic(carriers: Sequence[Traced], seen: Mapping[str, Any], frames: int, key: bytes) -> Any:
    """``z`` of the mean pictures of a video's half_periods [shape=(half_periods, H, W)], by carrier address."""
    features = [
        (one.carrier, _whitened(_coefficients(seen[one.carrier.address], one, frames), one))
        for one in carriers
    ]
    energy = sum(anp.sum(q**2) for _, q in features)
    evidence = sum(anp.sum(signs(key, carrier, len(q)) * q) for carrier, q in features)
    return evidence / anp.sqrt(energy) if energy > _ROUNDING else 0.0 * evidence


def _coefficients(pictures: Any, one: Traced, frames: int) -> Any:
    """The mark's coefficients, as ``evidence.weighed`` gathers them."""
    coefficients = analysed(pictures, one.carrier.block, one.band)
    values, weight = zip(
        *(_weighed(own, parts, one) for own, parts in _by_window(coefficients, one, frames)),
        strict=True,
    )
    return sum(values) / sum(weight)


def _by_window(
    coefficients: Any, one: Traced, frames: int
) -> Iterator[tuple[Any, Sequence[HalfPeriod]]]:
    start = 0
    for window in windows(frames):
        parts = half_periods(*window, one.carrier.half_period)
        yield coefficients[start : start + len(parts)], parts
        start += len(parts)


def _weighed(coefficients: Any, parts: Sequence[HalfPeriod], one: Traced) -> tuple[Any, Any]:
    """In few steps, for autograd keeps what each of them makes of every half_period."""
    if len(parts) == 1:
        return 0.0 * coefficients[0], 0.0
    bell = one.amplitudes**2
    steps = coefficients[1:] - coefficients[:-1]
    energy = anp.dot(steps**2, bell) / (4 * anp.sum(bell))
    ends = anp.concatenate([energy[:1], energy, energy[-1:]])
    temporal_variance = (ends[:-1] + ends[1:]) / 2
    lengths = np.array([half_period.frames for half_period in parts])[:, np.newaxis]
    turns = np.array([half_period.sign for half_period in parts])[:, np.newaxis]
    weights = lengths / (1 + temporal_variance / one.noise**2)
    signed = turns * weights
    around = anp.dot(neighbours(len(parts)).T, signed)
    everywhen = weights * anp.sum(signed, axis=0) / anp.sum(weights, axis=0)
    factors = signed - one.drift * around - (1 - one.drift) * everywhen
    values = anp.einsum("sb,sbn->bn", factors, coefficients) / (1 + one.drift)
    return values, anp.sum(anp.mean(weights, axis=1))


def _whitened(values: Any, one: Traced) -> Any:
    relative = values / anp.sqrt(anp.mean(values**2) + NOTHING**2)
    weights = one.weight / np.sqrt(values.size) * one.amplitudes
    energy = relative**2
    by_frequency = anp.mean(energy, axis=0) + 0.01
    by_block = anp.mean(energy / by_frequency, axis=1, keepdims=True) + 0.05
    whitened = relative / anp.sqrt(by_frequency * by_block) ** one.whitening
    return weights * whitened / (one.softness + anp.abs(whitened))


@primitive
def drawn(values: Floats, block: int, band: Band, shape: tuple[int, int]) -> Floats:
    """``to_pixels``, whose transpose is ``to_coefficients``, for the basis is orthonormal."""
    return to_pixels(values, block, band, shape)


@primitive
def analysed(pictures: Floats, block: int, band: Band) -> Floats:
    """``to_coefficients`` of a stack, whose transpose is ``to_pixels``."""
    return to_coefficients(pictures, block, band)


defvjp(drawn, lambda _r, _v, block, band, _s: lambda slope: to_coefficients(slope, block, band))
defvjp(
    analysed,
    lambda _r, pictures, block, band: (
        lambda slope: to_pixels(slope, block, band, pictures.shape[1:])
    ),
)
