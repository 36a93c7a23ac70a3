"""Is the mark of this key in this video? The statistic ``z``, of mean 0 and variance 1 if not."""

from collections.abc import Iterable, Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from stages.signature.alignment import Reach, undone
from stages.signature.carriers import Floats, carrier_band, modulation, to_coefficients
from stages.signature.chips import chips
from stages.signature.spectrum import Carrier, Signature
from stages.video.frames import Frames, Plane

# Root mean square of coefficients, in 8-bit units, from which on a carrier fades out.
_NOTHING = 0.02

Features = dict[str, Floats]
# The modulated mean of a plane [shape of the plane], by plane and flip.
Means = dict[tuple[Plane, int], Floats]


def statistic(frames: Frames, signature: Signature, key: bytes) -> float:
    """``z`` of a video under a key; compare it with ``bound.threshold``."""
    return correlate(features(frames, signature), key)


def searched(frames: Frames, signature: Signature, key: bytes, reach: Reach) -> float:
    """The greatest ``z`` within reach; compare with the threshold for ``reach.attempts``."""
    return max(correlate(found, key) for found in aligned_features(frames, signature, reach))


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
    return whitened(modulated_means(frames, signature), signature)


def aligned_features(frames: Frames, signature: Signature, reach: Reach) -> Iterator[Features]:
    """The feature vectors of a video under every alignment within reach."""
    for shift in reach.shifts:
        means = modulated_means(frames, signature, shift)
        for zoom in reach.zooms:
            yield whitened({at: undone(mean, zoom) for at, mean in means.items()}, signature)


def modulated_means(frames: Frames, signature: Signature, shift: int = 0) -> Means:
    """``mean_t (m(t) - mean(m)) F_t`` for every plane and flip that the signature uses.

    Whatever stands still is gone from it.
    """
    usable = signature.usable(len(frames))
    means: Means = {}
    for plane in ("Y", "U", "V"):
        for flip in sorted({carrier.flip for carrier in usable if carrier.plane == plane}):
            signs = modulation(flip, len(frames), shift)
            means[plane, flip] = _modulated_mean(frames.plane(plane), signs)
    return means


def whitened(means: Means, signature: Signature) -> Features:
    """The feature vector of modulated means, by carrier address."""
    return {
        carrier.address: _whitened(means[carrier.plane, carrier.flip], carrier).ravel()
        for carrier in signature.carriers
        if (carrier.plane, carrier.flip) in means
    }


def _modulated_mean(plane: NDArray[np.uint8], signs: Floats) -> Floats:
    """``mean_t (m(t) - mean(m)) F_t`` of a plane F, for signs m [shape of the plane].

    Whole numbers are summed, which no processor rounds, and divided last: what stands still leaves
    exactly 0. The rounding error of anything else would be its own on every processor, and ``z``,
    which has no scale, would be made of it.
    """
    ahead, behind = np.zeros(plane.shape[1:]), np.zeros(plane.shape[1:])
    for picture, sign in zip(plane, signs, strict=True):
        cv2.accumulate(picture, ahead if sign > 0 else behind)
    positive = int(np.count_nonzero(signs > 0))
    return balanced(ahead, behind, positive, len(signs) - positive)


def balanced(ahead: Floats, behind: Floats, positive: int, negative: int) -> Floats:
    """A modulated mean, from the sums of the frames of each sign and how many they are."""
    return np.asarray(2 * (negative * ahead - positive * behind) / (positive + negative) ** 2)


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
