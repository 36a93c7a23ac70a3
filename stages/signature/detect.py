"""Is the mark of this key in this video? The statistic ``z``, of mean 0 and variance 1 if not."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from stages.signature.carriers import Floats, carrier_band, modulation, to_coefficients
from stages.signature.chips import chips
from stages.signature.spectrum import Carrier, Signature
from stages.video.frames import Frames

# Frames summed at a time: bounds the memory, whatever the length of the video.
_CHUNK = 64

# Root mean square of coefficients, in 8-bit units, from which on a carrier fades out.
_NOTHING = 0.02

Features = dict[str, Floats]


def statistic(frames: Frames, signature: Signature, key: bytes) -> float:
    """``z`` of a video under a key; compare it with ``bound.threshold``."""
    return correlate(features(frames, signature), key)


def correlate(found: Features, key: bytes) -> float:
    """``z = sum_i c_i q_i / ||q||`` of features ``q`` and the chips ``c`` of a key.

    Features that are all zero (nothing in the video moves, or it is too short) give 0.
    """
    norm = np.sqrt(sum(float(np.sum(q**2)) for q in found.values()))
    if norm == 0:
        return 0.0
    return float(sum(chips(key, address, q.size) @ q for address, q in found.items()) / norm)


def correlate_many(found: Features, keys: Iterable[bytes]) -> Floats:
    """``z`` of the same features under each of many keys [shape=(keys,)]."""
    return np.array([correlate(found, key) for key in keys])


def features(frames: Frames, signature: Signature) -> Features:
    """The feature vector ``q`` of a video, by carrier address; it depends on no key."""
    usable = signature.usable(len(frames))
    means = {}
    for plane in ("Y", "U", "V"):
        flips = tuple(sorted({carrier.flip for carrier in usable if carrier.plane == plane}))
        if flips:
            pictures = modulated_means(frames.plane(plane), flips)
            means.update({(plane, flip): pictures[i] for i, flip in enumerate(flips)})
    return {c.address: _whitened(means[c.plane, c.flip], c).ravel() for c in usable}


def modulated_means(plane: NDArray[np.uint8], flips: tuple[int, ...]) -> Floats:
    """``mean_t (m(t) - mean(m)) F_t`` of a plane, for each flip [shape=(flips, H, W)].

    Whatever stands still is gone from it.
    """
    signs = np.stack([modulation(flip, len(plane)) for flip in flips])
    weights = signs - signs.mean(axis=1, keepdims=True)
    total = np.zeros((len(flips), *plane.shape[1:]))
    for first in range(0, len(plane), _CHUNK):
        part = slice(first, first + _CHUNK)
        total += np.tensordot(weights[:, part], plane[part].astype(np.float64), axes=1)
    return np.asarray(total / len(plane))


def _whitened(mean: Floats, carrier: Carrier) -> Floats:
    """Weighted coefficients over their scales, estimated from themselves, softly limited."""
    coefficients = carrier_band(carrier)
    values = to_coefficients(mean, carrier.block, coefficients)
    if not values.size:
        return values
    # Relative to their own size, so that the weight alone says how carriers compare, unless
    # nothing is there, as in the chroma of grey video; and the energy of a carrier is shared by its
    # features, so its weight is too.
    relative = values / np.hypot(np.sqrt(np.mean(values**2)), _NOTHING)
    weights = carrier.weight / np.sqrt(values.size) * coefficients.amplitudes
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
