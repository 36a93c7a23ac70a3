"""The earlier detector: one pattern for everybody, and the absolute value of its correlation.

The pattern stands in the low band of every 8x8 block of luma, in every frame, and there is no key.
The correlation of unmarked videos with it follows no law that is known beforehand, so the threshold
has to be learned.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from statistics import median

import numpy as np
from numpy.typing import NDArray

from stages.baselines.method import Method, Prepared
from stages.baselines.proxy import BLOCK, from_blocks, to_blocks
from stages.baselines.task import Task
from stages.contest.scheme import Detection
from stages.signature.embed.blocks import within
from stages.signature.embed.distortion import Distortion
from stages.signature.embed.embed import add
from stages.signature.embed.residuals import Residual
from stages.signature.model.carriers import Floats
from stages.video.clips import Clip
from stages.video.codec import Codec
from stages.video.frames import Frames
from stages.video.quality import RgbReference

# Coefficients (u, v) of the low band: 1 <= u + v <= 4.
_ROWS, _COLUMNS = np.nonzero(np.isin(np.add.outer(range(BLOCK), range(BLOCK)), (1, 2, 3, 4)))
_SIGNS = 1.0 - 2.0 * (_ROWS % 2)


@dataclass(frozen=True)
class FixedPattern:
    """The earlier mark and detector: there is no key, and no bound is proven.

    Attributes
    ----------
    distortion : what the mark may change.
    threshold : the correlation from which the pattern counts as found.
    false_positive_bound : 1, for nothing is proven.
    """

    distortion: Distortion
    threshold: float
    false_positive_bound: float = 1.0

    def mark(self, frames: Frames, key: bytes, *, clip_id: str) -> Frames:  # noqa: ARG002
        """Add the pattern to a video, within the distortion."""
        return add_pattern(frames, self.distortion)

    def detect(self, frames: Frames, key: bytes) -> Detection:  # noqa: ARG002
        """Correlate a video with the pattern."""
        return Detection(score(frames), self.false_positive_bound)

    def detect_chance(self, frames: Frames, keys: Iterable[bytes]) -> Sequence[Detection]:  # noqa: ARG002
        """Return nothing: without a key there is no wrong one."""
        return []


def add_pattern(frames: Frames, distortion: Distortion) -> Frames:
    """Add the pattern to a video, within the distortion."""
    height, width = frames.height, frames.width
    tiles = np.zeros((-(-height // BLOCK), BLOCK, -(-width // BLOCK), BLOCK))
    tiles[:, _ROWS, :, _COLUMNS] = _SIGNS[:, None, None]
    picture = from_blocks(tiles, (height, width)).astype(np.float32)
    picture /= np.sqrt(np.mean(picture**2))
    residual = Residual(picture[None], np.zeros(len(frames), np.intp))
    residuals = within({"Y": residual}, distortion.headroom)
    return add(RgbReference.of(frames), residuals, psnr_db=distortion.psnr_db)


def score(frames: Frames) -> float:
    """Return the absolute correlation with the pattern, 0 to 1, over all blocks and frames."""
    product, energy, count = 0.0, 0.0, 0
    for picture in frames.plane("Y"):
        values = _low_band(picture)
        product += float(np.sum(values * _SIGNS[:, None, None]))
        energy += float(np.sum(values**2))
        count += values.size
    return round(abs(product) / np.sqrt(energy * count), 9) if energy > 0 else 0.0


def learned_threshold(marked: Sequence[float], unmarked: Sequence[float]) -> float:
    """Return the point half way between the medians of marked and of unmarked scores."""
    return (median(marked) + median(unmarked)) / 2


def prepare(task: Task) -> Prepared:
    """Learn the threshold from what the mildest real codec leaves of the training clips."""
    scheme = FixedPattern(task.distortion, threshold=0.0)
    score_both = partial(scores_after, scheme=scheme, codec=task.conditions.mildest)
    pairs = task.map_clips(score_both, task.clips, lambda clip: clip)
    threshold = learned_threshold(*zip(*pairs, strict=True))
    return Prepared(replace(scheme, threshold=threshold), encodes=2 * len(task.clips))


def scores_after(clip: Clip, scheme: FixedPattern, codec: Codec) -> tuple[float, float]:
    """Score a clip, marked and unmarked, after a codec."""
    original = clip.read()
    marked_score, unmarked_score = (
        score(codec.round_trip(frames, subject=clip.id))
        for frames in (add_pattern(original, scheme.distortion), original)
    )
    return marked_score, unmarked_score


def _low_band(picture: NDArray[np.uint8]) -> Floats:
    """Return the pattern's coefficients of every block [shape=(n, rows, columns)]."""
    return np.asarray(to_blocks(picture)[:, _ROWS, :, _COLUMNS])


RECORD = Method("the earlier detector: one pattern, no key", prepare)
