"""The detector's statistic ``z``: of mean 0 and variance 1 over keys that are not in the video."""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from stages.signature.detect.evidence import Evidence, gather
from stages.signature.model.carriers import Floats, carrier_band
from stages.signature.model.chips import signs
from stages.signature.model.half_periods import windows
from stages.signature.model.spectrum import Carrier, Signature
from stages.video.frames import Frames
from stages.video.planes import PLANES
from stages.video.search_range import SearchRange

# Root mean square of coefficients, in 8-bit units, from which on a carrier fades out.
NOTHING = 0.02

# The vector ``q``: a part for each carrier, by block and coefficient [shape=(blocks, n)].
Features = dict[Carrier, Floats]


def statistic(frames: Frames, signature: Signature, key: bytes) -> float:
    """Compute ``z`` of a video under a key; compare it with ``bound.threshold``."""
    return correlate(features(frames, signature), key)


def correlate(features: Features, key: bytes) -> float:
    """Compute ``z = sum_i c_i q_i / ||q||`` of features ``q`` and the chips ``c`` of a key.

    Features that are all zero (nothing in the video moves, or it is too short) give 0.
    """
    norm = np.sqrt(sum(float(np.sum(q**2)) for q in features.values()))
    if norm == 0:
        return 0.0
    products = (np.vdot(signs(key, carrier, len(q)), q) for carrier, q in features.items())
    return float(sum(products) / norm)


def correlate_many(features: Features, keys: Iterable[bytes]) -> Floats:
    """Compute ``z`` of the same features under each of many keys [shape=(keys,)]."""
    return np.array([correlate(features, key) for key in keys])


def features(
    frames: Frames, signature: Signature, *, shift: int = 0, zoom: float = 1.0
) -> Features:
    """Compute the feature vector ``q`` of a video, by carrier; it depends on no key.

    ``shift`` is the number of frames by which the video is late, ``zoom`` an enlargement that is
    undone.
    """
    evidence = {}
    for carrier in signature.usable(len(frames)):
        plane = frames.plane(carrier.plane)
        first_window, *later_windows = (
            gather(plane[start:end], carrier, first=start, shift=shift, zoom=zoom)
            for start, end in windows(len(frames))
        )
        evidence[carrier] = sum(later_windows, first_window)
    return to_features(evidence)


def in_grey(features: Features) -> Features:
    """Keep the features that the same video has in grey: those of luma."""
    return {carrier: q for carrier, q in features.items() if PLANES[carrier.plane].luma}


def aligned_features(
    frames: Frames, signature: Signature, search_range: SearchRange
) -> Iterator[Features]:
    """Yield the feature vector of a video under every alignment in the search range."""
    for shift in search_range.shifts:
        for zoom in search_range.zooms:
            yield features(frames, signature, shift=shift, zoom=zoom)


def to_features(evidence: Mapping[Carrier, Evidence]) -> Features:
    """Compute the feature vector of a video's evidence, by carrier."""
    return {carrier: _whiten(summed.coefficients, carrier) for carrier, summed in evidence.items()}


def _whiten(values: Floats, carrier: Carrier) -> Floats:
    """Divide coefficients [shape=(blocks, n)] by their scales, limit them softly, weigh them.

    ``q = w a x / (softness + |x|)`` with ``x = v / scale(v)^whitening`` for values ``v`` relative
    to their root mean square, amplitudes ``a``, and ``w = weight / sqrt(number of values)``.
    """
    if not values.size:
        return values
    # Relative to their own size, so that the weight alone says how carriers compare, unless
    # nothing is there, as in the chroma of grey video; and the energy of a carrier is shared by its
    # features, so its weight is too.
    relative = values / np.hypot(np.sqrt(np.mean(values**2)), NOTHING)
    weights = carrier.weight / np.sqrt(values.size) * carrier_band(carrier).amplitudes
    whitened = relative / _scales(relative) ** carrier.whitening
    # What is far off its scale is the host or the codec: it counts less than in proportion.
    return np.asarray(weights * whitened / (carrier.softness + np.abs(whitened)))


def _scales(values: Floats) -> Floats:
    """Estimate the size of each coefficient: its frequency's times its block's [shape=(blocks, n)].

    Small constants keep the estimate of a nearly empty frequency or block from vanishing.
    """
    energy = values**2
    by_frequency = energy.mean(axis=0) + 0.01
    by_block = (energy / by_frequency).mean(axis=1, keepdims=True) + 0.05
    return np.asarray(np.sqrt(by_frequency * by_block))
