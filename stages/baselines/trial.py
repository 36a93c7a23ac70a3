"""One vector on one clip: what the detector finds, and how that changes with the vector."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from stages.baselines.autodiff import anp, defvjp, make_vjp, primitive
from stages.baselines.channel import (
    Channel,
    Marking,
    Pictures,
    Response,
    half_periods_of,
    training_key,
)
from stages.baselines.traced import Traced, pictures, statistic, traced
from stages.signature.embed.blocks import Headroom
from stages.signature.model.carriers import Floats
from stages.signature.model.spectrum import Signature
from stages.signature.search.space import Preset, to_signature
from stages.video.clips import Clip
from stages.video.decoded import decoded

# Scores and slopes are rounded before they move the vector, so that the last bit of a float, which
# is a processor's own, decides nothing.
_DECIMALS = 6


@dataclass(frozen=True)
class Trial:
    """What is tried.

    Attributes
    ----------
    vector : a point of the search space.
    clip : a training clip.
    channels : from the mildest; after the first, the video is also turned grey, if the signature
        has something in luma.
    psnr_db, headroom : of the mark.
    seed : of the training keys.
    marked : False to look at the clip without a mark.
    """

    vector: tuple[float, ...]
    preset: Preset
    clip: Clip
    channels: tuple[Channel, ...]
    psnr_db: float
    headroom: Headroom
    seed: int
    marked: bool = True


@dataclass(frozen=True)
class Outcome:
    """``z`` under each condition [shape=(n,)], and its slope by the vector [shape=(n, vector)]."""

    z: Floats
    slopes: Floats


def run_trial(trial: Trial) -> Outcome:
    """Mark, send, detect, and differentiate all of it."""
    vector = np.array(trial.vector)
    backward, z = make_vjp(scores_near(trial))(vector)
    slopes = np.array([backward(row) for row in np.eye(len(z))])
    return Outcome(np.round(z, _DECIMALS), np.round(slopes, _DECIMALS))


def scores_near(trial: Trial) -> Callable[[Any], Any]:
    """The scores [shape=(n,)] as a function of the vector, smooth near the trial's.

    A clip in which no carrier fits has the one score 0.
    """
    frames = decoded(trial.clip)
    whole = to_signature(np.array(trial.vector), trial.preset)
    signature = Signature(whole.usable(len(frames)))
    key = training_key(trial.seed, trial.clip.id)
    psnr_db = trial.psnr_db if trial.marked else np.inf
    marking = Marking(frames, signature, key, {}, psnr_db, trial.headroom)

    def scores(vector: Any) -> Any:
        carriers = [
            one for one in traced(vector, whole, trial.preset) if one.carrier in signature.carriers
        ]
        if not carriers:
            return 0.0 * vector[:1]
        return anp.array(_scores(carriers, marking, trial.channels))

    return scores


def _scores(carriers: Sequence[Traced], marking: Marking, channels: Sequence[Channel]) -> list[Any]:
    """``z`` after each channel, and after the first in grey."""
    mark = anp.concatenate(
        [anp.ravel(part) for part in pictures(carriers, marking.frames, marking.key)]
    )
    frames, key = len(marking.frames), marking.key
    received = [_received(mark, marking, channel) for channel in channels]
    z = [statistic(carriers, seen, frames, key) for seen in received]
    luma = [one for one in carriers if one.carrier.plane == "Y"]
    if luma and len(luma) < len(carriers):
        z.append(statistic(luma, received[0], frames, key))
    return z


def _received(mark: Any, marking: Marking, channel: Channel) -> dict[str, Any]:
    """The pictures of the half_periods that a channel leaves of a mark, which is one vector."""
    return _by_address(_sent(mark, marking, channel, []), marking, _half_period_shapes(marking))


# One function for all trials: autograd keeps what it is told of a function for ever.
@primitive
def _sent(mark: Floats, marking: Marking, channel: Channel, answer: list[Response]) -> Floats:
    """What comes back, as one vector; the answer, which knows its slopes, is added to the list."""
    shapes = [shape[1:] for shape in _half_period_shapes(marking)]
    response = channel.respond(replace(marking, pictures=_by_address(mark, marking, shapes)))
    answer.append(response)
    return _joined(response.half_periods, marking)


def _slope_of_sent(
    _received: Floats, _mark: Floats, marking: Marking, _channel: Channel, answer: list[Response]
) -> Callable[[Floats], Floats]:
    shapes = _half_period_shapes(marking)
    return lambda slopes: _joined(
        answer[-1].pullback(_by_address(slopes, marking, shapes)), marking
    )


defvjp(_sent, _slope_of_sent)


def _half_period_shapes(marking: Marking) -> list[tuple[int, ...]]:
    """Of the pictures of each carrier's half_periods: (half_periods, H, W)."""
    frames = marking.frames
    return [
        (len(half_periods_of(carrier, len(frames))), *frames.plane(carrier.plane).shape[1:])
        for carrier in marking.signature.carriers
    ]


def _by_address(joined: Any, marking: Marking, shapes: Sequence[tuple[int, ...]]) -> dict[str, Any]:
    """A vector cut into arrays, one a carrier."""
    sizes = [math.prod(shape) for shape in shapes]
    parts = anp.split(joined, np.cumsum(sizes)[:-1])
    return {
        carrier.address: anp.reshape(parts[index], shape)
        for index, (carrier, shape) in enumerate(
            zip(marking.signature.carriers, shapes, strict=True)
        )
    }


def _joined(parts: Pictures, marking: Marking) -> Floats:
    return np.concatenate(
        [parts[carrier.address].ravel() for carrier in marking.signature.carriers]
    )
