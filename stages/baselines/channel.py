"""Channels that a mark can be learned through: they return a video, and its slope by the mark.

`ProxyChannel` differentiates the proxy. `StraightThroughCodec` sends the marked video through the
real codec and takes the slope for 1, as if the codec only added noise, whatever the mark.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from stages.baselines.autodiff import make_vjp
from stages.baselines.proxy import Proxy, from_blocks, to_blocks, transformed
from stages.signature.embed.distortion import Distortion
from stages.signature.embed.embed import embed
from stages.signature.model.carriers import Floats, modulation
from stages.signature.model.chips import derived_key
from stages.signature.model.half_periods import HalfPeriod, half_periods, mean_picture, windows
from stages.signature.model.spectrum import Carrier, Signature
from stages.video.codec import Codec
from stages.video.frames import Frames
from stages.video.planes import PLANES, PlaneName

# By carrier address: pictures of the mark [shape of the plane], or of each half-period of a video
# [shape=(half-periods, H, W)].
Pictures = Mapping[str, Floats]


@dataclass(frozen=True)
class Marking:
    """A video, and the mark that is put into it.

    Attributes
    ----------
    frames : the video before it is marked.
    signature : its carriers are all usable.
    key : of the mark.
    pictures : the mark of each carrier, at strength 1.
    distortion : the limits of the mark; its PSNR is infinite if there is to be no mark.
    """

    frames: Frames
    signature: Signature
    key: bytes
    pictures: Pictures
    distortion: Distortion

    @property
    def strength(self) -> float:
        """The root mean square of the mark's error over R, G and B, 0 if there is none."""
        return float(255 * 10 ** (-self.distortion.psnr_db / 20))

    def carriers_in(self, plane: PlaneName) -> list[Carrier]:
        """List the carriers that lie in a plane."""
        return [carrier for carrier in self.signature.carriers if carrier.plane == plane]


@dataclass(frozen=True)
class ChannelResponse:
    """The received video, as far as the detector looks at it, and the way back to the mark.

    Attributes
    ----------
    received : the mean picture of each half-period of each carrier.
    pullback : turns slopes by ``received`` into slopes by ``Marking.pictures`` (a vector-Jacobian
        product).
    """

    received: Pictures
    pullback: Callable[[Pictures], Pictures]


class DifferentiableChannel(Protocol):
    """A way for a marked video to go, that can be learned from."""

    def send(self, marking: Marking) -> ChannelResponse:
        """Mark the video and send it."""


@dataclass(frozen=True)
class ProxyChannel:
    """The proxy, differentiated; rounding of the marked video to 8 bits is left out."""

    proxy: Proxy

    def send(self, marking: Marking) -> ChannelResponse:
        """Send the marked video through the proxy, plane by plane."""
        received: dict[str, Floats] = {}
        pullbacks = []
        for plane in PLANES:
            carriers = marking.carriers_in(plane)
            if carriers:
                response = self._send_plane(marking, plane, carriers)
                received |= response.received
                pullbacks.append(response.pullback)
        return ChannelResponse(
            received,
            lambda slopes: {
                address: slope
                for pullback in pullbacks
                for address, slope in pullback(slopes).items()
            },
        )

    def _send_plane(
        self, marking: Marking, plane: PlaneName, carriers: list[Carrier]
    ) -> ChannelResponse:
        """Send one plane, frame by frame, and keep sums over half-periods.

        All in the proxy's own transform: with the frames ``X_t``, the strength ``a``, and the mark
        ``M_c`` and the sign ``s_c(t)`` of each carrier, the proxy ``Q`` leaves of a half-period

            R = mean_t Q(Y_t),  Y_t = X_t + a sum_c s_c(t) M_c

        and, since ``Q`` takes each coefficient on its own, ``dR / dM_c = a mean_t s_c(t) Q'(Y_t)``.
        """
        video = marking.frames.plane(plane)
        shape = video.shape[1:]
        addresses = [carrier.address for carrier in carriers]
        marks = marking.strength * np.array([transformed(marking.pictures[at]) for at in addresses])
        parts = [carrier_half_periods(carrier, len(video)) for carrier in carriers]
        # Of each carrier's half-periods: R; and dR / dM_c / a, by carrier c.
        means = [np.zeros((len(part), *marks.shape[1:])) for part in parts]
        slopes = [np.zeros((len(carriers), *stack.shape)) for stack in means]
        signs = carrier_signs(carriers, len(video))
        current = [0] * len(carriers)
        for time, picture in enumerate(video):
            marked = to_blocks(picture)
            for sign, mark in zip(signs[:, time], marks, strict=True):
                marked += sign * mark
            backward, quantised = make_vjp(lambda levels: self.proxy.quantised(levels, plane))(
                marked
            )
            slope = backward(np.ones_like(marked))
            for seen, part in enumerate(parts):
                current[seen] += time == part[current[seen]].end
                at, share = current[seen], 1 / part[current[seen]].frames
                means[seen][at] += share * quantised
                for put, sign in enumerate(signs[:, time]):
                    slopes[seen][put, at] += share * sign * slope

        def pullback(slopes_received: Pictures) -> Pictures:
            by_mark = np.zeros_like(marks)
            for address, slope in zip(addresses, slopes, strict=True):
                outer = np.array([transformed(picture) for picture in slopes_received[address]])
                by_mark += marking.strength * np.einsum("pshiwj,shiwj->phiwj", slope, outer)
            return {
                at: from_blocks(tiles, shape) for at, tiles in zip(addresses, by_mark, strict=True)
            }

        received = {
            at: np.array([from_blocks(tiles, shape) for tiles in stack])
            for at, stack in zip(addresses, means, strict=True)
        }
        return ChannelResponse(received, pullback)


@dataclass(frozen=True)
class StraightThroughCodec:
    """The real codec forward; backward, the identity (Zhang et al., 2021, for JPEG)."""

    codec: Codec

    def send(self, marking: Marking) -> ChannelResponse:
        """Send the marked video through the real codec."""
        marked = marking.frames
        if marking.strength > 0:
            marked = embed(marking.frames, marking.signature, marking.key, marking.distortion)
        video = self.codec.round_trip(marked)
        frames = len(video)
        received = {
            carrier.address: np.array(
                [
                    mean_picture(video.plane(carrier.plane), part)
                    for part in carrier_half_periods(carrier, frames)
                ]
            )
            for carrier in marking.signature.carriers
        }

        def pullback(slopes_received: Pictures) -> Pictures:
            slopes: dict[str, Floats] = {}
            for plane in PLANES:
                carriers = marking.carriers_in(plane)
                for carrier, signs in zip(carriers, carrier_signs(carriers, frames), strict=True):
                    slopes[carrier.address] = marking.strength * sum(
                        signs[part.first : part.end].mean() * slope
                        for seen in carriers
                        for part, slope in zip(
                            carrier_half_periods(seen, frames),
                            slopes_received[seen.address],
                            strict=True,
                        )
                    )
            return slopes

        return ChannelResponse(received, pullback)


def carrier_half_periods(carrier: Carrier, frames: int) -> list[HalfPeriod]:
    """List a carrier's half-periods in all windows of a video of so many frames."""
    return [
        part for window in windows(frames) for part in half_periods(*window, carrier.half_period)
    ]


def carrier_signs(carriers: list[Carrier], frames: int) -> Floats:
    """Return the factor of each carrier's mark in each frame [shape=(carriers, frames)]."""
    signs = [modulation(carrier.half_period, frames) for carrier in carriers]
    return np.array(signs).reshape(len(carriers), frames)


def training_key(seed: int, clip_id: str) -> bytes:
    """Derive the key that a clip is trained with: never a user's."""
    return derived_key(f"training seed {seed}".encode(), clip_id)
