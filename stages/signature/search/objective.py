"""What the search wants: a mark that is found on every clip, whatever it has to survive."""

import functools
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from stages.signature.adaptation import PLAIN, Adaptation
from stages.signature.blocks import Headroom, within
from stages.signature.chips import derived_key
from stages.signature.closed_loop import Adapted, ClosedLoop, adapted
from stages.signature.conditions import Conditions
from stages.signature.embed import add
from stages.signature.pattern import pattern
from stages.signature.search.space import Preset, to_signature
from stages.signature.spectrum import Signature
from stages.video.clips import Clip
from stages.video.frames import Frames
from stages.video.quality import RgbReference


@dataclass(frozen=True)
class Trial:
    """One candidate on one clip.

    Attributes
    ----------
    rounds : of the closed loop; without any, the mark goes where the ``adaptation`` says.
    """

    vector: tuple[float, ...]
    preset: Preset
    clip: Clip
    conditions: Conditions
    psnr_db: float
    headroom: Headroom
    purpose: str
    rounds: int = 0
    adaptation: Adaptation = PLAIN


def run_trial(trial: Trial) -> tuple[float, ...]:
    """``z`` of a marked clip under each condition, with a key for the purpose and the clip."""
    signature, key = _signature(trial), _key(trial)
    if trial.rounds:
        marked = _adapted(trial).frames
    else:
        frames = _frames(trial.clip)
        plain = within(pattern(frames, signature, key), trial.headroom)
        moved = within(trial.adaptation.applied(plain), trial.headroom)
        marked = add(RgbReference.of(frames), moved, psnr_db=trial.psnr_db)
    return trial.conditions.scores(marked, signature, key, subject=trial.clip.id)


def settle(trial: Trial) -> dict[str, Any]:
    """Where a closed loop puts a candidate's mark on a clip: an ``Adaptation`` as plain data."""
    return asdict(Adaptation.of(_adapted(trial)))


def _adapted(trial: Trial) -> Adapted:
    loop = ClosedLoop(trial.conditions, trial.rounds)
    return adapted(
        _frames(trial.clip), _signature(trial), _key(trial),
        psnr_db=trial.psnr_db, headroom=trial.headroom, loop=loop,
    )  # fmt: skip


def _signature(trial: Trial) -> Signature:
    return to_signature(np.array(trial.vector), trial.preset)


def _key(trial: Trial) -> bytes:
    return derived_key(trial.purpose.encode(), trial.clip.id)


@functools.lru_cache(maxsize=32)
def _frames(clip: Clip) -> Frames:
    """A training clip, decoded once a process."""
    return clip.read()
