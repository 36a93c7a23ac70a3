"""A clip's trials: its marked and its unmarked version under the right key and under wrong ones."""

from collections.abc import Sequence
from dataclasses import dataclass

from stages.contest.scheme import Detection, Scheme
from stages.video.frames import Frames


@dataclass(frozen=True)
class ClipTrials:
    """The detections on one clip.

    Attributes
    ----------
    threshold : the score from which a mark counts as found.
    marked, unmarked : scores under the right key.
    chance : detections under wrong keys, on the marked and then on the unmarked version.
    """

    threshold: float
    marked: float
    unmarked: float
    chance: tuple[Detection, ...]

    @property
    def wrong_key_positives(self) -> int:
        """The number of trials in which a wrong key reached the threshold."""
        return sum(detection.score >= self.threshold for detection in self.chance)


def clip_trials(
    scheme: Scheme, key: bytes, wrong_keys: Sequence[bytes], marked: Frames, unmarked: Frames
) -> ClipTrials:
    """Look for the right key and for wrong ones in both versions of a clip."""
    versions = (marked, unmarked)
    scores = [scheme.detect(frames, key).score for frames in versions]
    chance = [
        detection for frames in versions for detection in scheme.detect_chance(frames, wrong_keys)
    ]
    marked_score, unmarked_score = scores
    return ClipTrials(scheme.threshold, marked_score, unmarked_score, tuple(chance))
