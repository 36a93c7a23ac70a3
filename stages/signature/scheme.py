"""This project's watermark as a scheme: its mark, its detector, and its bound on chance."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from stages.common.detection import Detection
from stages.signature.detect.bound import false_positive_bound, threshold
from stages.signature.detect.detect import aligned_features, correlate_many
from stages.signature.embed.closed_loop import ClosedLoop, embed_adapted
from stages.signature.embed.distortion import Distortion
from stages.signature.embed.embed import embed
from stages.signature.model.spectrum import Signature
from stages.signature.settings import MarkSettings, conditions, distortion
from stages.video.codec import Codec
from stages.video.frames import Frames
from stages.video.search_range import SearchRange


@dataclass(frozen=True)
class SpreadSpectrum:
    """Keyed spread spectrum with a learned signature.

    Attributes
    ----------
    signature : how the mark's energy is spread, and how the detector weighs it.
    distortion : what the mark may change.
    false_positive_rate : accepted for a video without the mark; sets the threshold.
    loop : how the mark is adapted to each clip; None to put it in without looking at a codec.
    search_range : the alignments that the detector tries; each of them counts in the bound.
    """

    signature: Signature
    distortion: Distortion
    false_positive_rate: float
    loop: ClosedLoop | None = None
    search_range: SearchRange = field(default_factory=SearchRange)

    @property
    def threshold(self) -> float:
        """The ``z`` from which a mark counts as found."""
        return threshold(self.false_positive_rate, self.search_range.attempts)

    @property
    def false_positive_bound(self) -> float:
        """The proven bound on the false positive rate at the threshold."""
        return false_positive_bound(self.threshold, self.search_range.attempts)

    def mark(self, frames: Frames, key: bytes, *, clip_id: str) -> Frames:
        """Mark a video: same shape, and within the distortion."""
        if self.loop is None:
            return embed(frames, self.signature, key, self.distortion)
        return embed_adapted(
            frames, self.signature, key, self.distortion, loop=self.loop, subject=clip_id
        )

    def detect(self, frames: Frames, key: bytes) -> Detection:
        """Look for the mark of a key at every alignment in the search range."""
        (detection,) = self.detect_chance(frames, [key])
        return detection

    def detect_chance(self, frames: Frames, keys: Iterable[bytes]) -> list[Detection]:
        """Look for the mark of each of many keys; features, which no key changes, are shared."""
        keys, attempts = list(keys), self.search_range.attempts
        greatest = np.full(len(keys), -np.inf)
        for features in aligned_features(frames, self.signature, self.search_range):
            greatest = np.maximum(greatest, correlate_many(features, keys))
        return [Detection(z, false_positive_bound(z, attempts)) for z in greatest.tolist()]


def adapted_scheme(signature: Signature, codec: Codec, settings: MarkSettings) -> SpreadSpectrum:
    """Return the scheme that adapts its mark to each clip by a closed loop through a codec."""
    loop = ClosedLoop(conditions(codec, settings), settings.closed_loop)
    return replace(plain_scheme(signature, settings), loop=loop)


def plain_scheme(
    signature: Signature,
    settings: MarkSettings,
    search_range: SearchRange = SearchRange(),  # noqa: B008 (frozen)
) -> SpreadSpectrum:
    """Return the scheme that marks without looking at a codec, and detects within a range."""
    return SpreadSpectrum(
        signature,
        distortion(settings),
        settings.false_positive_rate,
        search_range=search_range,
    )
