"""A mark with its detector, keyed or not, in a form that can be judged like any other."""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from stages.baselines import fixed_pattern
from stages.signature.detect.bound import false_positive_bound
from stages.signature.detect.detect import correlate, correlate_many, features
from stages.signature.embed.blocks import Headroom
from stages.signature.embed.embed import embed
from stages.signature.model.chips import wrong_keys
from stages.signature.model.spectrum import Signature
from stages.video.frames import Frames


@dataclass(frozen=True)
class Found:
    """The score of a video, and how many wrong keys reached the threshold on it."""

    score: float
    wrong_key_positives: int = 0


class Scheme(Protocol):
    """What is judged.

    Attributes
    ----------
    threshold : the score from which on a mark counts as found.
    wrong_keys : tried on each video.
    bound : on the false positive rate; 1 where nothing is proven.
    """

    @property
    def threshold(self) -> float: ...
    @property
    def wrong_keys(self) -> int: ...
    @property
    def bound(self) -> float: ...

    def mark(self, frames: Frames) -> Frames: ...
    def find(self, frames: Frames, subject: str) -> Found: ...


@dataclass(frozen=True)
class Keyed:
    """The main line's mark and detector with some signature, put in without looking at a codec."""

    signature: Signature
    key: bytes = field(repr=False)
    psnr_db: float
    headroom: Headroom
    threshold: float
    wrong_keys: int
    seed: int

    @property
    def bound(self) -> float:
        return false_positive_bound(self.threshold)

    def mark(self, frames: Frames) -> Frames:
        return embed(frames, self.signature, self.key, psnr_db=self.psnr_db, headroom=self.headroom)

    def find(self, frames: Frames, subject: str) -> Found:
        found = features(frames, self.signature)
        keys = wrong_keys(self.key, subject, self.wrong_keys, self.seed)
        wrong = correlate_many(found, keys)
        return Found(correlate(found, self.key), int(np.sum(wrong >= self.threshold)))


@dataclass(frozen=True)
class FixedPattern:
    """The earlier mark and detector, which have no key."""

    psnr_db: float
    headroom: Headroom
    threshold: float
    wrong_keys: int = 0
    bound: float = 1.0

    def mark(self, frames: Frames) -> Frames:
        return fixed_pattern.mark(frames, psnr_db=self.psnr_db, headroom=self.headroom)

    def find(self, frames: Frames, subject: str) -> Found:  # noqa: ARG002
        return Found(fixed_pattern.score(frames))
