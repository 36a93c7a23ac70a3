"""One vector on one clip: the detector's scores, and how they change with the vector."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from stages.baselines.autodiff import anp, defvjp, make_vjp, primitive
from stages.baselines.channel import (
    ChannelResponse,
    DifferentiableChannel,
    Marking,
    Pictures,
    carrier_half_periods,
    training_key,
)
from stages.baselines.traced import TracedCarrier, mark_pictures, statistic, trace
from stages.signature.embed.distortion import Distortion
from stages.signature.model.carriers import Floats
from stages.signature.search.space import Preset, to_signature
from stages.video.clips import Clip
from stages.video.decoded import decoded
from stages.video.planes import PLANES

# Scores and slopes are rounded before they move the vector, so that the last bit of a float, which
# is a processor's own, decides nothing.
_DECIMALS = 6


@dataclass(frozen=True)
class TracedTrial:
    """A vector that is tried on a clip, with the slopes of its scores.

    Attributes
    ----------
    vector : a point of the search space.
    clip : a training clip.
    channels : from the mildest; after the first, the video is also turned grey, if the signature
        has something in luma.
    distortion : what the mark may change.
    seed : of the training keys.
    marked : False to look at the clip without a mark.
    """

    vector: tuple[float, ...]
    preset: Preset
    clip: Clip
    channels: tuple[DifferentiableChannel, ...]
    distortion: Distortion
    seed: int
    marked: bool = True


@dataclass(frozen=True)
class TracedScores:
    """``z`` under each condition [shape=(n,)], and its slope by the vector [shape=(n, vector)]."""

    z: Floats
    slopes: Floats


def run_traced_trial(trial: TracedTrial) -> TracedScores:
    """Mark, send, detect, and differentiate all of it."""
    vector = np.array(trial.vector)
    backward, z = make_vjp(scores_near(trial))(vector)
    slopes = np.array([backward(row) for row in np.eye(len(z))])
    return TracedScores(np.round(z, _DECIMALS), np.round(slopes, _DECIMALS))


def scores_near(trial: TracedTrial) -> Callable[[Any], Any]:
    """Return the scores [shape=(n,)] as a function of the vector, smooth near the trial's.

    A clip in which no carrier fits has the one score 0.
    """
    frames = decoded(trial.clip)
    whole = to_signature(np.array(trial.vector), trial.preset)
    signature = replace(whole, carriers=whole.usable(len(frames)))
    key = training_key(trial.seed, trial.clip.id)
    distortion = trial.distortion if trial.marked else replace(trial.distortion, psnr_db=math.inf)
    marking = Marking(frames, signature, key, {}, distortion)

    def scores(vector: Any) -> Any:
        carriers = [
            traced
            for traced in trace(vector, whole, trial.preset)
            if traced.carrier in signature.carriers
        ]
        if not carriers:
            return 0.0 * vector[:1]
        return anp.array(_scores(carriers, marking, trial.channels))

    return scores


def _scores(
    carriers: Sequence[TracedCarrier], marking: Marking, channels: Sequence[DifferentiableChannel]
) -> list[Any]:
    """Compute ``z`` after each channel, and after the first in grey."""
    mark = anp.concatenate(
        [anp.ravel(picture) for picture in mark_pictures(carriers, marking.frames, marking.key)]
    )
    frames, key = len(marking.frames), marking.key
    received = [_receive(mark, marking, channel) for channel in channels]
    z = [statistic(carriers, pictures, frames, key) for pictures in received]
    luma = [traced for traced in carriers if PLANES[traced.carrier.plane].luma]
    if luma and len(luma) < len(carriers):
        z.append(statistic(luma, received[0], frames, key))
    return z


def _receive(mark: Any, marking: Marking, channel: DifferentiableChannel) -> dict[str, Any]:
    """Send a mark, which is one vector, through a channel; return the half-periods' pictures."""
    return _split(_send(mark, marking, channel, []), marking, _half_period_shapes(marking))


# One function for all trials: autograd keeps what it is told of a function for ever.
@primitive
def _send(
    mark: Floats,
    marking: Marking,
    channel: DifferentiableChannel,
    responses: list[ChannelResponse],
) -> Floats:
    """Return the received pictures as one vector, and append the response, which has the slopes."""
    shapes = [shape[1:] for shape in _half_period_shapes(marking)]
    response = channel.send(replace(marking, pictures=_split(mark, marking, shapes)))
    responses.append(response)
    return _join(response.received, marking)


def _send_vjp(
    _received: Floats,
    _mark: Floats,
    marking: Marking,
    _channel: DifferentiableChannel,
    responses: list[ChannelResponse],
) -> Callable[[Floats], Floats]:
    """Return the vector-Jacobian product of ``_send``, as autograd asks for it."""
    shapes = _half_period_shapes(marking)
    return lambda slopes: _join(responses[-1].pullback(_split(slopes, marking, shapes)), marking)


defvjp(_send, _send_vjp)


def _half_period_shapes(marking: Marking) -> list[tuple[int, ...]]:
    """Return the shape of the half-periods' pictures of each carrier: (half-periods, H, W)."""
    frames = marking.frames
    return [
        (len(carrier_half_periods(carrier, len(frames))), *frames.plane(carrier.plane).shape[1:])
        for carrier in marking.signature.carriers
    ]


def _split(joined: Any, marking: Marking, shapes: Sequence[tuple[int, ...]]) -> dict[str, Any]:
    """Cut a vector into arrays, one a carrier, by carrier address."""
    sizes = [math.prod(shape) for shape in shapes]
    parts = anp.split(joined, np.cumsum(sizes)[:-1])
    return {
        carrier.address: anp.reshape(parts[index], shape)
        for index, (carrier, shape) in enumerate(
            zip(marking.signature.carriers, shapes, strict=True)
        )
    }


def _join(pictures: Pictures, marking: Marking) -> Floats:
    """Put arrays, one a carrier, into one vector: the inverse of ``_split``."""
    return np.concatenate(
        [pictures[carrier.address].ravel() for carrier in marking.signature.carriers]
    )
