"""What comes back of a mark, and how that would change with the mark: two ways to answer.

`ThroughProxy` differentiates the proxy. `ThroughCodec` sends the marked video through the real
codec and takes the slope for 1, as if the codec only added noise, whatever the mark.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from stages.baselines.autodiff import make_vjp
from stages.baselines.proxy import Proxy, from_blocks, to_blocks, transformed
from stages.signature.embed.blocks import Headroom
from stages.signature.embed.embed import embed
from stages.signature.model.carriers import Floats, modulation
from stages.signature.model.chips import derived_key
from stages.signature.model.half_periods import HalfPeriod, half_periods, mean, windows
from stages.signature.model.spectrum import Carrier, Signature
from stages.video.codec import Codec
from stages.video.frames import Frames, Plane

# By carrier address: pictures of the mark [shape of the plane], or of each half_period of a video
# [shape=(half_periods, H, W)].
Pictures = Mapping[str, Floats]


@dataclass(frozen=True)
class Marking:
    """A video, and what is put into it.

    Attributes
    ----------
    frames : the video before it is marked.
    signature : its carriers are all usable.
    key : of the mark.
    pictures : the mark of each carrier, at strength 1.
    psnr_db : that the mark has to keep, over R, G and B; infinite if there is to be none.
    headroom : how unevenly the distortion may lie.
    """

    frames: Frames
    signature: Signature
    key: bytes
    pictures: Pictures
    psnr_db: float
    headroom: Headroom

    @property
    def strength(self) -> float:
        return float(255 * 10 ** (-self.psnr_db / 20))

    def of_plane(self, plane: Plane) -> list[Carrier]:
        return [carrier for carrier in self.signature.carriers if carrier.plane == plane]


@dataclass(frozen=True)
class Response:
    """The mean pictures of the half_periods that the detector sees, and slopes with respect to them turned
    into slopes with respect to the pictures of the mark."""

    half_periods: Pictures
    pullback: Callable[[Pictures], Pictures]


class Channel(Protocol):
    """A way for a marked video to go, that can be learned from."""

    def respond(self, marking: Marking) -> Response: ...


@dataclass(frozen=True)
class ThroughProxy:
    """The proxy, differentiated; rounding of the marked video to 8 bits is left out."""

    proxy: Proxy

    def respond(self, marking: Marking) -> Response:
        seen: dict[str, Floats] = {}
        pullbacks = {}
        for plane in ("Y", "U", "V"):
            carriers = marking.of_plane(plane)
            if carriers:
                found, pullback = self._respond(marking, plane, carriers)
                seen |= found
                pullbacks[plane] = pullback
        return Response(
            seen,
            lambda slopes: {
                address: slope
                for pullback in pullbacks.values()
                for address, slope in pullback(slopes).items()
            },
        )

    def _respond(
        self, marking: Marking, plane: Plane, carriers: list[Carrier]
    ) -> tuple[Pictures, Callable[[Pictures], Pictures]]:
        """Frame by frame, in the proxy's own transform: kept is what a half_period adds up to."""
        video = marking.frames.plane(plane)
        shape = video.shape[1:]
        addresses = [carrier.address for carrier in carriers]
        sent = marking.strength * np.array([transformed(marking.pictures[at]) for at in addresses])
        parts = [half_periods_of(carrier, len(video)) for carrier in carriers]
        found = [np.zeros((len(own), *sent.shape[1:])) for own in parts]
        # Of each half_period that a carrier is looked for in, by the carrier that was put in.
        slopes = [np.zeros((len(carriers), *one.shape)) for one in found]
        signs = signs_of(carriers, len(video))
        place = [0] * len(carriers)
        for time, picture in enumerate(video):
            marked = to_blocks(picture)
            for sign, part in zip(signs[:, time], sent, strict=True):
                marked += sign * part
            backward, received = make_vjp(lambda levels: self.proxy.quantised(levels, plane))(
                marked
            )
            slope = backward(np.ones_like(marked))
            for seen, own in enumerate(parts):
                place[seen] += time == own[place[seen]].end
                at, share = place[seen], 1 / own[place[seen]].frames
                found[seen][at] += share * received
                for put, sign in enumerate(signs[:, time]):
                    slopes[seen][put, at] += share * sign * slope

        def pullback(wanted: Pictures) -> Pictures:
            put = np.zeros_like(sent)
            for address, slope in zip(addresses, slopes, strict=True):
                seen = np.array([transformed(one) for one in wanted[address]])
                put += marking.strength * np.einsum("pshiwj,shiwj->phiwj", slope, seen)
            return {at: from_blocks(part, shape) for at, part in zip(addresses, put, strict=True)}

        pictures = {
            at: np.array([from_blocks(one, shape) for one in stack])
            for at, stack in zip(addresses, found, strict=True)
        }
        return pictures, pullback


@dataclass(frozen=True)
class ThroughCodec:
    """The real codec forward; backward, the identity (Zhang et al., 2021, for JPEG)."""

    codec: Codec

    def respond(self, marking: Marking) -> Response:
        marked = marking.frames if marking.strength == 0 else embed(
            marking.frames, marking.signature, marking.key,
            psnr_db=marking.psnr_db, headroom=marking.headroom,
        )  # fmt: skip
        received = self.codec.round_trip(marked)
        carriers, frames = marking.signature.carriers, len(received)
        found = {
            carrier.address: np.array(
                [
                    mean(received.plane(carrier.plane), part)
                    for part in half_periods_of(carrier, frames)
                ]
            )
            for carrier in carriers
        }

        def pullback(wanted: Pictures) -> Pictures:
            slopes: dict[str, Floats] = {}
            for plane in ("Y", "U", "V"):
                own = marking.of_plane(plane)
                for carrier, signs in zip(own, signs_of(own, frames), strict=True):
                    slopes[carrier.address] = marking.strength * sum(
                        signs[part.first : part.end].mean() * slope
                        for other in own
                        for part, slope in zip(
                            half_periods_of(other, frames), wanted[other.address], strict=True
                        )
                    )
            return slopes

        return Response(found, pullback)


def half_periods_of(carrier: Carrier, frames: int) -> list[HalfPeriod]:
    """The half_periods of all windows of a video."""
    return [
        part for window in windows(frames) for part in half_periods(*window, carrier.half_period)
    ]


def signs_of(carriers: list[Carrier], frames: int) -> Floats:
    """What the mark of each carrier multiplies each frame by [shape=(carriers, frames)]."""
    signs = [modulation(carrier.half_period, frames) for carrier in carriers]
    return np.array(signs).reshape(len(carriers), frames)


def training_key(seed: int, clip_id: str) -> bytes:
    """The key that a clip is trained with: never a user's."""
    return derived_key(f"training seed {seed}".encode(), clip_id)
