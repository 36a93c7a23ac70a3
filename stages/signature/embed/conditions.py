"""The conditions that a mark has to survive, and its scores: embedding and search go by them."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from stages.signature.detect.detect import Features, correlate, features, in_grey
from stages.signature.model.spectrum import Signature
from stages.video.codec import Codec
from stages.video.frames import Frames

# Scores are rounded before they are compared, so that the last bit of a float decides nothing.
_DECIMALS = 6


@dataclass(frozen=True)
class ConditionScores:
    """The scores ``z`` of a marked video, or what is added to them, under each condition.

    Attributes
    ----------
    by_codec : after each codec, from the mildest to the hardest.
    grey : in grey, after the mildest codec; None if the signature does not survive that.
    """

    by_codec: tuple[float, ...]
    grey: float | None = None

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> "ConditionScores":
        """Read plain data that ``asdict`` made of scores, and JSON's lists of its tuples."""
        return cls(tuple(plain["by_codec"]), plain["grey"])

    @property
    def values(self) -> tuple[float, ...]:
        """All scores: after each codec, and then in grey if there is such a score."""
        return self.by_codec if self.grey is None else (*self.by_codec, self.grey)

    @property
    def at_extremes(self) -> "ConditionScores":
        """The scores under ``Conditions.extremes``."""
        return replace(self, by_codec=self.by_codec[:: max(1, len(self.by_codec) - 1)])

    def __add__(self, other: "ConditionScores") -> "ConditionScores":
        return self._combined(operator.add, other)

    def __sub__(self, other: "ConditionScores") -> "ConditionScores":
        return self._combined(operator.sub, other)

    def _combined(
        self, combine: Callable[[float, float], float], other: "ConditionScores"
    ) -> "ConditionScores":
        """Combine each score with the other's under the same condition."""
        if (self.grey is None) != (other.grey is None):
            raise ValueError(f"scores under unlike conditions: {self}, {other}")
        pairs = zip(self.by_codec, other.by_codec, strict=True)
        return ConditionScores(
            tuple(combine(*pair) for pair in pairs),
            None if self.grey is None or other.grey is None else combine(self.grey, other.grey),
        )


@dataclass(frozen=True)
class Conditions:
    """The treatments of a marked video after which its mark is looked for.

    Attributes
    ----------
    codecs : each on its own, from the mildest to the hardest. After the first, the video is also
        turned grey, if the signature has something in luma.
    threshold : the ``z`` from which a mark counts as detected.
    """

    codecs: tuple[Codec, ...]
    threshold: float

    @property
    def mildest(self) -> Codec:
        """The first codec."""
        return self.codecs[0]

    @property
    def extremes(self) -> "Conditions":
        """The mildest and the hardest codec alone."""
        return replace(self, codecs=tuple(dict.fromkeys((self.codecs[0], self.codecs[-1]))))

    def undecided(self, scores: ConditionScores) -> Codec:
        """Return the codec after which ``z`` is nearest to the threshold."""
        distances = [abs(score - self.threshold) for score in scores.by_codec]
        return self.codecs[int(np.argmin(distances))]

    def scores(
        self, marked: Frames, signature: Signature, key: bytes, subject: str = "clip"
    ) -> ConditionScores:
        """Score a marked video under each condition; ``subject`` names it in a codec's errors."""
        received = (codec.round_trip(marked, subject=subject) for codec in self.codecs)
        by_codec = [features(video, signature) for video in received]
        return ConditionScores(
            tuple(_score(of_video, key) for of_video in by_codec),
            _score(in_grey(by_codec[0]), key) if signature.survives_grey else None,
        )

    def soft_detection_rate(self, z: ArrayLike) -> float:
        """Compute a smooth stand-in for the share of scores that reach the threshold, from 0 to 1.

        The mean of the logistic function of ``z - threshold``: what is hopeless and
        what is safe weighs little, and unlike the share itself it is never flat.
        """
        return round(float(np.mean(expit(np.asarray(z) - self.threshold))), _DECIMALS)


def _score(of_video: Features, key: bytes) -> float:
    """Correlate a video's features with a key, rounded."""
    return round(correlate(of_video, key), _DECIMALS)
