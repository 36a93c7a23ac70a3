"""What the search wants: a mark that the worst clips keep."""

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stages.signature.blocks import Headroom
from stages.signature.chips import derived_key
from stages.signature.detect import statistic
from stages.signature.embed import embed
from stages.signature.search.space import to_signature
from stages.video.clips import Clip
from stages.video.codec import Codec
from stages.video.frames import Frames

# Scores are rounded before they are compared, so that the last bit of a float decides nothing.
_DECIMALS = 6


@dataclass(frozen=True)
class Trial:
    """One candidate on one clip."""

    vector: tuple[float, ...]
    clip: Clip
    codec: Codec
    psnr_db: float
    headroom: Headroom
    seed: int


def run_trial(trial: Trial) -> float:
    """``z`` of a marked clip after the real codec, under a training key of its own."""
    frames = _frames(trial.clip)
    signature = to_signature(np.array(trial.vector))
    key = derived_key(f"training seed {trial.seed}".encode(), trial.clip.id)
    marked = embed(frames, signature, key, psnr_db=trial.psnr_db, headroom=trial.headroom)
    received = trial.codec.round_trip(marked, subject=trial.clip.id)
    return round(statistic(received, signature, key), _DECIMALS)


@functools.lru_cache(maxsize=32)
def _frames(clip: Clip) -> Frames:
    """A training clip, decoded once a process."""
    return clip.read()


def soft_minimum(z: NDArray[np.float64], softness: float) -> float:
    """A smooth stand-in for the least ``z``, in units of ``z``, never above the mean.

    ``-s log mean exp(-z / s)``: every clip counts, the worst ones most, and unlike a detection
    rate it is never flat.
    """
    least = z.min()
    return round(
        float(least - softness * np.log(np.mean(np.exp((least - z) / softness)))), _DECIMALS
    )
