"""Is the mark of this key in this video? The statistic ``z``, of mean 0 and variance 1 if not."""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from stages.signature.detect.evidence import Evidence, gathered
from stages.signature.model.carriers import Floats, carrier_band
from stages.signature.model.chips import signs
from stages.signature.model.half_periods import windows
from stages.signature.model.spectrum import Carrier, Signature
from stages.video.frames import Frames
from stages.video.search_range import SearchRange

# Root mean square of coefficients, in 8-bit units, from which on a carrier fades out.
NOTHING = 0.02

# Of each carrier, by block and coefficient [shape=(blocks, n)].
Features = dict[Carrier, Floats]


def statistic(frames: Frames, signature: Signature, key: bytes) -> float:
    """``z`` of a video under a key; compare it with ``bound.threshold``."""
    return correlate(features(frames, signature), key)


def searched(frames: Frames, signature: Signature, key: bytes, search_range: SearchRange) -> float:
    """The greatest ``z`` within the search range; compare with the threshold for ``search_range.attempts``."""
    return max(correlate(found, key) for found in aligned_features(frames, signature, search_range))


def correlate(found: Features, key: bytes) -> float:
    """``z = sum_i c_i q_i / ||q||`` of features ``q`` and the chips ``c`` of a key.

    Features that are all zero (nothing in the video moves, or it is too short) give 0.
    """
    norm = np.sqrt(sum(float(np.sum(q**2)) for q in found.values()))
    if norm == 0:
        return 0.0
    return float(sum(np.vdot(signs(key, one, len(q)), q) for one, q in found.items()) / norm)


def correlate_many(found: Features, keys: Iterable[bytes]) -> Floats:
    """``z`` of the same features under each of many keys [shape=(keys,)]."""
    return np.array([correlate(found, key) for key in keys])


def features(
    frames: Frames, signature: Signature, *, shift: int = 0, zoom: float = 1.0
) -> Features:
    """The feature vector ``q`` of a video, by carrier; it depends on no key.

    ``shift`` is the number of frames by which the video is late, ``zoom`` an enlargement that is
    undone.
    """
    found = {}
    for carrier in signature.usable(len(frames)):
        plane = frames.plane(carrier.plane)
        first, *others = (
            gathered(plane[start:end], carrier, first=start, shift=shift, zoom=zoom)
            for start, end in windows(len(frames))
        )
        found[carrier] = sum(others, first)
    return whitened(found)


def in_grey(found: Features) -> Features:
    """The features of the same video once it has turned grey: those of luma."""
    return {carrier: q for carrier, q in found.items() if carrier.plane == "Y"}


def aligned_features(
    frames: Frames, signature: Signature, search_range: SearchRange
) -> Iterator[Features]:
    """The feature vectors of a video under every alignment within search_range."""
    for shift in search_range.shifts:
        for zoom in search_range.zooms:
            yield features(frames, signature, shift=shift, zoom=zoom)


def whitened(found: Mapping[Carrier, Evidence]) -> Features:
    """The feature vector of a video's evidence, by carrier."""
    return {
        carrier: _whitened(evidence.coefficients, carrier) for carrier, evidence in found.items()
    }


def _whitened(values: Floats, carrier: Carrier) -> Floats:
    """Weighted coefficients over their scales, estimated from themselves, softly limited."""
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
    """Expected size of each coefficient: its frequency's times its block's [shape=(blocks, n)].

    Small constants keep the estimate of a nearly empty frequency or block from vanishing.
    """
    energy = values**2
    by_frequency = energy.mean(axis=0) + 0.01
    by_block = (energy / by_frequency).mean(axis=1, keepdims=True) + 0.05
    return np.asarray(np.sqrt(by_frequency * by_block))
