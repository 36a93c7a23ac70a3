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
from stages.signature.model.carriers import Band, Floats, carrier_band, to_coefficients, to_pixels
from stages.signature.model.chips import signs
from stages.signature.model.half_periods import HalfPeriod, half_periods, windows
from stages.signature.model.spectrum import Carrier, Signature
from stages.signature.search.space import Preset, meaning
from stages.video.frames import Frames
from stages.video.planes import PLANES

# Energy of features that is nothing but rounding: nothing moves, and ``z`` is 0 as the detector's.
_ROUNDING = 1e-18


@dataclass(frozen=True)
class TracedCarrier:
    """A carrier, and those of its numbers that depend on the vector, as autograd traces them."""

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
        """The coefficients that the carrier uses."""
        return carrier_band(self.carrier)

    @property
    def amplitudes(self) -> Any:
        """The relative amplitude of each coefficient of the band, at most 1 [shape=(n,)]."""
        frequency = np.hypot(self.band.rows, self.band.columns) / (2 * self.carrier.block)
        bell = anp.exp(-0.5 * (anp.log(frequency / self.centre) / self.width) ** 2)
        return bell / bell[int(np.argmax(self.band.amplitudes))]


def trace(vector: Any, signature: Signature, preset: Preset) -> list[TracedCarrier]:
    """Return the carriers of a signature as functions of the vector that it was made from."""
    parameters = meaning(vector, preset, anp.exp)
    shares = [
        parameters.shares[carrier.plane, carrier.half_period] for carrier in signature.carriers
    ]
    total = sum(shares)
    return [
        TracedCarrier(
            carrier,
            share / total,
            common.centre,
            common.width,
            common.activity,
            common.noise,
            parameters.drift,
            common.whitening,
            parameters.softness,
            weight=anp.sqrt(share / total) * common.weight,
        )
        for carrier, share in zip(signature.carriers, shares, strict=True)
        for common in [parameters.common(carrier.plane)]
    ]


def mark_pictures(carriers: Sequence[TracedCarrier], frames: Frames, key: bytes) -> list[Any]:
    """Draw each carrier's part of the mark [shape of its plane]; squared RGB errors sum to 1."""
    total = sum(traced.share for traced in carriers)
    return [anp.sqrt(traced.share / total) * _picture(traced, frames, key) for traced in carriers]


def _picture(traced: TracedCarrier, frames: Frames, key: bytes) -> Any:
    """Draw one carrier's picture [shape of its plane], of mean squared RGB error 1."""
    plane = frames.plane(traced.carrier.plane)
    shape = plane.shape[1:]
    middle = plane[len(plane) // 2].astype(np.float64)
    host = to_coefficients(middle, traced.carrier.block, traced.band)
    deviation = np.sqrt(np.mean(host**2, axis=1, keepdims=True)) + 1.0
    activity = anp.clip((deviation / deviation.mean()) ** traced.activity, 0.25, 4.0)
    values = activity * traced.amplitudes * signs(key, traced.carrier, len(host))
    # The transform keeps energy: the picture's is known before it is drawn.
    error = PLANES[traced.carrier.plane].rgb_error * anp.sum(values**2) / (shape[0] * shape[1])
    return draw(values / anp.sqrt(error), traced.carrier.block, traced.band, shape)


def statistic(
    carriers: Sequence[TracedCarrier], received: Mapping[str, Any], frames: int, key: bytes
) -> Any:
    """Compute ``z`` of a video of so many frames.

    ``received`` has the mean pictures of its half-periods [shape=(half-periods, H, W)], by carrier
    address.
    """
    features = [
        (
            traced.carrier,
            _whiten(_coefficients(received[traced.carrier.address], traced, frames), traced),
        )
        for traced in carriers
    ]
    energy = sum(anp.sum(q**2) for _, q in features)
    evidence = sum(anp.sum(signs(key, carrier, len(q)) * q) for carrier, q in features)
    return evidence / anp.sqrt(energy) if energy > _ROUNDING else 0.0 * evidence


def _coefficients(pictures: Any, traced: TracedCarrier, frames: int) -> Any:
    """Compute the mark's coefficients, as ``evidence.weigh`` does for a window."""
    coefficients = analyse(pictures, traced.carrier.block, traced.band)
    values, weights = zip(
        *(
            _weigh(of_window, parts, traced)
            for of_window, parts in _by_window(coefficients, traced, frames)
        ),
        strict=True,
    )
    return sum(values) / sum(weights)


def _by_window(
    coefficients: Any, traced: TracedCarrier, frames: int
) -> Iterator[tuple[Any, Sequence[HalfPeriod]]]:
    """Yield the coefficients of each window's half-periods, and the half-periods."""
    start = 0
    for window in windows(frames):
        parts = half_periods(*window, traced.carrier.half_period)
        yield coefficients[start : start + len(parts)], parts
        start += len(parts)


def _weigh(
    coefficients: Any, parts: Sequence[HalfPeriod], traced: TracedCarrier
) -> tuple[Any, Any]:
    """Sum up a window's coefficients [shape=(half-periods, blocks, n)] with their weights.

    Return the weighted sum [shape=(blocks, n)] and the weight. The steps are few, for autograd
    keeps the result of each for every half-period.
    """
    if len(parts) == 1:
        return 0.0 * coefficients[0], 0.0
    bell = traced.amplitudes**2
    steps = coefficients[1:] - coefficients[:-1]
    energy = anp.dot(steps**2, bell) / (4 * anp.sum(bell))
    ends = anp.concatenate([energy[:1], energy, energy[-1:]])
    temporal_variance = (ends[:-1] + ends[1:]) / 2
    lengths = np.array([half_period.frames for half_period in parts])[:, np.newaxis]
    turns = np.array([half_period.sign for half_period in parts])[:, np.newaxis]
    weights = lengths / (1 + temporal_variance / traced.noise**2)
    signed = turns * weights
    around = anp.dot(neighbours(len(parts)).T, signed)
    everywhen = weights * anp.sum(signed, axis=0) / anp.sum(weights, axis=0)
    factors = signed - traced.drift * around - (1 - traced.drift) * everywhen
    values = anp.einsum("sb,sbn->bn", factors, coefficients) / (1 + traced.drift)
    return values, anp.sum(anp.mean(weights, axis=1))


def _whiten(values: Any, traced: TracedCarrier) -> Any:
    """Divide coefficients [shape=(blocks, n)] by their scales, limit them softly, weigh them."""
    relative = values / anp.sqrt(anp.mean(values**2) + NOTHING**2)
    weights = traced.weight / np.sqrt(values.size) * traced.amplitudes
    energy = relative**2
    by_frequency = anp.mean(energy, axis=0) + 0.01
    by_block = anp.mean(energy / by_frequency, axis=1, keepdims=True) + 0.05
    whitened = relative / anp.sqrt(by_frequency * by_block) ** traced.whitening
    return weights * whitened / (traced.softness + anp.abs(whitened))


@primitive
def draw(values: Floats, block: int, band: Band, shape: tuple[int, int]) -> Floats:
    """Do ``to_pixels``, whose transpose is ``to_coefficients``, for the basis is orthonormal."""
    return to_pixels(values, block, band, shape)


@primitive
def analyse(pictures: Floats, block: int, band: Band) -> Floats:
    """Do ``to_coefficients`` with a stack of pictures, whose transpose is ``to_pixels``."""
    return to_coefficients(pictures, block, band)


defvjp(draw, lambda _r, _v, block, band, _s: lambda slope: to_coefficients(slope, block, band))
defvjp(
    analyse,
    lambda _r, pictures, block, band: (
        lambda slope: to_pixels(slope, block, band, pictures.shape[1:])
    ),
)
