"""What a mark has to survive, and how surely it does: what embedding and the search both want."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from stages.signature.detect.detect import correlate, features, in_grey
from stages.signature.model.spectrum import Signature
from stages.video.codec import Codec
from stages.video.frames import Frames

# Scores are rounded before they are compared, so that the last bit of a float decides nothing.
_DECIMALS = 6


@dataclass(frozen=True)
class Conditions:
    """What happens to a marked video.

    Attributes
    ----------
    codecs : each on its own, from the mildest to the hardest. After the first, the video is also
        turned grey, if the signature has something in luma.
    threshold : the ``z`` from which on a mark is found.
    """

    codecs: tuple[Codec, ...]
    threshold: float

    @property
    def mildest(self) -> Codec:
        return self.codecs[0]

    @property
    def extremes(self) -> "Conditions":
        """The mildest and the hardest codec alone."""
        return replace(self, codecs=tuple(dict.fromkeys((self.codecs[0], self.codecs[-1]))))

    def at_extremes(self, scores: Sequence[float]) -> tuple[float, ...]:
        """What of ``scores`` is under the ``extremes``."""
        codecs = len(self.codecs)
        return (*scores[: codecs : max(1, codecs - 1)], *scores[codecs:])

    def undecided(self, scores: Sequence[float]) -> Codec:
        """The codec after which ``z``, as ``scores`` gives it, is nearest to the threshold."""
        distances = [abs(score - self.threshold) for score in scores[: len(self.codecs)]]
        return self.codecs[int(np.argmin(distances))]

    def scores(
        self, marked: Frames, signature: Signature, key: bytes, subject: str = "clip"
    ) -> tuple[float, ...]:
        """``z`` of a marked video under each condition."""
        received = (codec.round_trip(marked, subject=subject) for codec in self.codecs)
        found = [features(video, signature) for video in received]
        if signature.survives_grey:
            found.append(in_grey(found[0]))
        return tuple(round(correlate(of_video, key), _DECIMALS) for of_video in found)

    def soft_detection_rate(self, scores: ArrayLike) -> float:
        """A smooth stand-in for the share of scores that reach the threshold, from 0 to 1.

        The mean of the logistic function of ``z - threshold``: what is hopeless and
        what is safe weighs little, and unlike the share itself it is never flat.
        """
        return round(float(np.mean(expit(np.asarray(scores) - self.threshold))), _DECIMALS)
