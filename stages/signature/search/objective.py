"""What the search wants: a mark that is found on every clip, whatever it has to survive."""

import functools
from dataclasses import dataclass

import numpy as np

from stages.signature.blocks import Headroom
from stages.signature.chips import derived_key
from stages.signature.conditions import Conditions
from stages.signature.embed import embed
from stages.signature.search.space import Preset, to_signature
from stages.video.clips import Clip
from stages.video.frames import Frames


@dataclass(frozen=True)
class Trial:
    """One candidate on one clip."""

    vector: tuple[float, ...]
    preset: Preset
    clip: Clip
    conditions: Conditions
    psnr_db: float
    headroom: Headroom
    purpose: str


def run_trial(trial: Trial) -> tuple[float, ...]:
    """``z`` of a marked clip under each condition, with a key for the purpose and the clip."""
    frames = _frames(trial.clip)
    signature = to_signature(np.array(trial.vector), trial.preset)
    key = derived_key(trial.purpose.encode(), trial.clip.id)
    marked = embed(frames, signature, key, psnr_db=trial.psnr_db, headroom=trial.headroom)
    return trial.conditions.scores(marked, signature, key, subject=trial.clip.id)


@functools.lru_cache(maxsize=32)
def _frames(clip: Clip) -> Frames:
    """A training clip, decoded once a process."""
    return clip.read()
