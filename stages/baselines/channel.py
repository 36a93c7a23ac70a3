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
from stages.signature.blocks import Headroom
from stages.signature.carriers import Floats, modulation
from stages.signature.chips import derived_key
from stages.signature.detect import modulated_means
from stages.signature.embed import embed
from stages.signature.spectrum import Carrier, Signature
from stages.video.codec import Codec
from stages.video.frames import Frames, Plane

# By carrier address: pictures of the mark, or modulated means of a video [shape of the plane].
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
    psnr_db : that the mark has to keep, over R, G and B.
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
    """The modulated means that the detector sees, and slopes with respect to them turned into
    slopes with respect to the pictures of the mark."""

    means: Pictures
    pullback: Callable[[Pictures], Pictures]


class Channel(Protocol):
    """A way for a marked video to go, that can be learned from."""

    def respond(self, marking: Marking) -> Response: ...


@dataclass(frozen=True)
class ThroughProxy:
    """The proxy, differentiated; rounding of the marked video to 8 bits is left out."""

    proxy: Proxy

    def respond(self, marking: Marking) -> Response:
        means: dict[str, Floats] = {}
        pullbacks = {}
        for plane in ("Y", "U", "V"):
            carriers = marking.of_plane(plane)
            if carriers:
                found, pullback = self._respond(marking, plane, carriers)
                means |= found
                pullbacks[plane] = pullback
        return Response(
            means,
            lambda slopes: {
                address: slope
                for pullback in pullbacks.values()
                for address, slope in pullback(slopes).items()
            },
        )

    def _respond(
        self, marking: Marking, plane: Plane, carriers: list[Carrier]
    ) -> tuple[Pictures, Callable[[Pictures], Pictures]]:
        """Frame by frame, in the proxy's own transform: what is kept does not grow with time."""
        video = marking.frames.plane(plane)
        shape = video.shape[1:]
        addresses = [carrier.address for carrier in carriers]
        sent = marking.strength * np.array([transformed(marking.pictures[at]) for at in addresses])
        signs, weights = modulations(carriers, len(video))
        found = np.zeros_like(sent)
        slopes = np.zeros((len(carriers), *sent.shape))
        for time, picture in enumerate(video):
            marked = to_blocks(picture)
            for sign, part in zip(signs[:, time], sent, strict=True):
                marked += sign * part
            backward, received = make_vjp(lambda levels: self.proxy.quantised(levels, plane))(
                marked
            )
            slope = backward(np.ones_like(marked))
            for seen, weight in enumerate(weights[:, time]):
                found[seen] += weight * received
                for put, sign in enumerate(signs[:, time]):
                    slopes[seen, put] += weight * sign * slope

        def pullback(wanted: Pictures) -> Pictures:
            seen = np.array([transformed(wanted[at]) for at in addresses])
            put = marking.strength * np.einsum("sphiwj,shiwj->phiwj", slopes, seen)
            return {at: from_blocks(part, shape) for at, part in zip(addresses, put, strict=True)}

        means = {at: from_blocks(mean, shape) for at, mean in zip(addresses, found, strict=True)}
        return means, pullback


@dataclass(frozen=True)
class ThroughCodec:
    """The real codec forward; backward, the identity (Zhang et al., 2021, for JPEG)."""

    codec: Codec

    def respond(self, marking: Marking) -> Response:
        marked = embed(
            marking.frames, marking.signature, marking.key,
            psnr_db=marking.psnr_db, headroom=marking.headroom,
        )  # fmt: skip
        means = modulated_means(self.codec.round_trip(marked), marking.signature)
        carriers = marking.signature.carriers
        found = {carrier.address: means[carrier.plane, carrier.flip] for carrier in carriers}

        def pullback(wanted: Pictures) -> Pictures:
            slopes: dict[str, Floats] = {}
            for plane in ("Y", "U", "V"):
                own = marking.of_plane(plane)
                signs, weights = modulations(own, len(marking.frames))
                for put, carrier in enumerate(own):
                    seen = [
                        float(weight @ signs[put]) * wanted[other.address]
                        for weight, other in zip(weights, own, strict=True)
                    ]
                    slopes[carrier.address] = marking.strength * np.sum(seen, axis=0)
            return slopes

        return Response(found, pullback)


def modulations(carriers: list[Carrier], frames: int) -> tuple[Floats, Floats]:
    """What the mark and the detector multiply each frame by [both shape=(carriers, frames)]."""
    signs = np.array([modulation(carrier.flip, frames) for carrier in carriers])
    signs = signs.reshape(len(carriers), frames)
    return signs, (signs - signs.mean(axis=1, keepdims=True)) / frames


def training_key(seed: int, clip_id: str) -> bytes:
    """The key that a clip is trained with: never a user's."""
    return derived_key(f"training seed {seed}".encode(), clip_id)
