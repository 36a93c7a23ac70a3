"""The objective of the search: a mark that is detected on every clip, under every condition."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from stages.signature.embed.adaptation import PLAIN, Adaptation
from stages.signature.embed.blocks import within
from stages.signature.embed.closed_loop import ClosedLoop, adapted
from stages.signature.embed.conditions import Conditions, ConditionScores
from stages.signature.embed.distortion import Distortion
from stages.signature.embed.embed import add
from stages.signature.embed.pattern import pattern
from stages.signature.model.chips import derived_key
from stages.signature.model.spectrum import Signature
from stages.signature.search.space import Preset, to_signature
from stages.video.clips import Clip
from stages.video.decoded import decoded
from stages.video.quality import RgbReference


@dataclass(frozen=True)
class Trial:
    """A candidate that is tried on a clip.

    Attributes
    ----------
    vector, preset : of its signature.
    clip : a training clip.
    conditions : under which it is scored.
    distortion : what the mark may change.
    purpose : what its key is for; the key is derived from this and the clip's id.
    adaptation : where ``run_trial`` puts the mark.
    """

    vector: tuple[float, ...]
    preset: Preset
    clip: Clip
    conditions: Conditions
    distortion: Distortion
    purpose: str
    adaptation: Adaptation = PLAIN

    @property
    def signature(self) -> Signature:
        """The candidate's signature."""
        return to_signature(np.array(self.vector), self.preset)

    @property
    def key(self) -> bytes:
        """The key of the mark."""
        return derived_key(self.purpose.encode(), self.clip.id)


def run_trial(trial: Trial) -> ConditionScores:
    """Mark a clip where the trial's adaptation says, and score it under each condition."""
    signature, key, frames = trial.signature, trial.key, decoded(trial.clip)
    plain = within(pattern(frames, signature, key), trial.distortion.headroom)
    moved = within(trial.adaptation.applied(plain), trial.distortion.headroom)
    marked = add(RgbReference.of(frames), moved, psnr_db=trial.distortion.psnr_db)
    return trial.conditions.scores(marked, signature, key, subject=trial.clip.id)


@dataclass(frozen=True)
class LoopOutcome:
    """The outcome of a closed loop on a clip.

    Attributes
    ----------
    scores : of the mark that it made.
    adaptation : where it put the mark.
    """

    scores: ConditionScores
    adaptation: Adaptation

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> "LoopOutcome":
        """Read plain data that ``asdict`` made of an outcome."""
        return cls(ConditionScores.of(plain["scores"]), Adaptation(**plain["adaptation"]))


def run_loop(trial: Trial, rounds: int) -> LoopOutcome:
    """Mark a clip by a closed loop of so many rounds, and score it under each condition."""
    signature, key, clip = trial.signature, trial.key, trial.clip
    loop = ClosedLoop(trial.conditions, rounds)
    mark = adapted(decoded(clip), signature, key, trial.distortion, loop=loop, subject=clip.id)
    scores = trial.conditions.scores(mark.frames, signature, key, subject=clip.id)
    return LoopOutcome(scores, Adaptation.of(mark))
