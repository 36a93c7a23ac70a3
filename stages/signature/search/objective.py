"""What the search wants: a mark that is found on every clip, whatever it has to survive."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from stages.signature.embed.adaptation import PLAIN, Adaptation
from stages.signature.embed.blocks import within
from stages.signature.embed.closed_loop import ClosedLoop, adapted
from stages.signature.embed.conditions import Conditions
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
    """One candidate on one clip.

    Attributes
    ----------
    purpose : what its key is for, with the clip's id.
    adaptation : where ``run_trial`` puts the mark.
    """

    vector: tuple[float, ...]
    preset: Preset
    clip: Clip
    conditions: Conditions
    distortion: Distortion
    purpose: str
    adaptation: Adaptation = PLAIN


def run_trial(trial: Trial) -> tuple[float, ...]:
    """``z`` of a marked clip under each condition."""
    signature, key, frames = _signature(trial), _key(trial), decoded(trial.clip)
    plain = within(pattern(frames, signature, key), trial.distortion.headroom)
    moved = within(trial.adaptation.applied(plain), trial.distortion.headroom)
    marked = add(RgbReference.of(frames), moved, psnr_db=trial.distortion.psnr_db)
    return trial.conditions.scores(marked, signature, key, subject=trial.clip.id)


@dataclass(frozen=True)
class Loop:
    """What a closed loop does on a clip: the ``z`` that it reaches, and where it puts the mark."""

    z: tuple[float, ...]
    adaptation: Adaptation

    @classmethod
    def of(cls, plain: dict[str, Any]) -> "Loop":
        """From plain data."""
        return cls(tuple(plain["z"]), Adaptation(**plain["adaptation"]))


def run_loop(trial: Trial, rounds: int) -> dict[str, Any]:
    """A clip marked by a closed loop: a ``Loop`` as plain data."""
    signature, key = _signature(trial), _key(trial)
    found = adapted(
        decoded(trial.clip), signature, key, psnr_db=trial.distortion.psnr_db, headroom=trial.distortion.headroom,
        loop=ClosedLoop(trial.conditions, rounds), subject=trial.clip.id,
    )  # fmt: skip
    z = trial.conditions.scores(found.frames, signature, key, subject=trial.clip.id)
    return {"z": z, "adaptation": asdict(Adaptation.of(found))}


def _signature(trial: Trial) -> Signature:
    return to_signature(np.array(trial.vector), trial.preset)


def _key(trial: Trial) -> bytes:
    return derived_key(trial.purpose.encode(), trial.clip.id)
