"""Mark a video by trial: see where the real codec lets the mark through, and move it there.

An encoder skips most of what is faint, and decides so block by block and frame by frame. A probe,
the mark itself above its strength, once added and once subtracted, shows where: half the difference
of the two decoded videos is what came through. The mark's energy then moves to those blocks, within
the ceilings on any frame and block; the detector does not change.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter

from stages.signature.blocks import SIDE, Blocks, Headroom, block_sums, shaped, within
from stages.signature.detect import statistic
from stages.signature.embed import add
from stages.signature.pattern import Volumes, pattern
from stages.signature.spectrum import Signature
from stages.video.codec import Codec
from stages.video.frames import Frames, Plane

# A probe is this much stronger than the mark, in dB.
_PROBE_DB = 3.0
# Responses are smoothed over (frames, blocks, blocks), in standard deviations.
_SMOOTHING = (2.0, 0.6, 0.6)
# A plane that answers with less than this part of what was sent tells little, and moves little.
_FAINT = 0.1
# Amplitude over the relative response r: ``(_FLOOR + r) ** _EXPONENT``.
_FLOOR = 0.3
_EXPONENT = 0.5


@dataclass(frozen=True)
class ClosedLoop:
    """How a mark is adapted: to which codec, and in how many rounds of three round trips each."""

    codec: Codec
    rounds: int = 0


def embed_adapted(
    frames: Frames,
    signature: Signature,
    key: bytes,
    *,
    psnr_db: float,
    loop: ClosedLoop,
    headroom: Headroom = Headroom(),  # noqa: B008 (frozen)
) -> Frames:
    """The mark that the loop's codec lets through best, of the plain one and one a round."""
    plain = within(pattern(frames, signature, key), headroom)
    best = add(frames, plain, psnr_db=psnr_db)
    if not plain or loop.rounds == 0:
        return best
    best_z = _z(best, signature, key, loop.codec)
    volumes, seen = plain, Response({}, {})
    for _ in range(loop.rounds):
        seen = seen.plus(probe(frames, volumes, loop.codec, psnr_db - _PROBE_DB))
        volumes = within(shaped(plain, seen.gains()), headroom)
        marked = add(frames, volumes, psnr_db=psnr_db)
        z = _z(marked, signature, key, loop.codec)
        if z > best_z:
            best, best_z = marked, z
    return best


@dataclass(frozen=True)
class Response:
    """What came through of a probe, and what was sent: energies by plane and block."""

    received: Mapping[Plane, Blocks]
    sent: Mapping[Plane, Blocks]

    def plus(self, other: "Response") -> "Response":
        """Both probes as one."""
        return Response(
            {plane: self.received.get(plane, 0.0) + other.received[plane] for plane in other.sent},
            {plane: self.sent.get(plane, 0.0) + other.sent[plane] for plane in other.sent},
        )

    def gains(self) -> dict[Plane, Blocks]:
        """Amplitudes for a mark: high where much of the probe came through."""
        return {plane: self._gains(plane) for plane in self.sent}

    def _gains(self, plane: Plane) -> Blocks:
        received, sent = (
            gaussian_filter(energy[plane], _SMOOTHING) for energy in (self.received, self.sent)
        )
        response = np.maximum(received, 0.0) / np.maximum(sent, 1e-6 * sent.mean() + 1e-12)
        relative = response / max(float(response.mean()), _FAINT)
        # Rounded, so that the last bit of a float does not move a pixel.
        return np.asarray(np.round((_FLOOR + relative) ** _EXPONENT, 6))


def probe(frames: Frames, volumes: Volumes, codec: Codec, psnr_db: float) -> Response:
    """Send the volumes through a codec, at a PSNR, once added and once subtracted."""
    negative = {plane: -volume for plane, volume in volumes.items()}
    above, below = (
        codec.round_trip(add(frames, signed, psnr_db=psnr_db)) for signed in (volumes, negative)
    )
    strength = np.float32(255 * 10 ** (-psnr_db / 20))
    received, sent = {}, {}
    for plane, volume in volumes.items():
        half = (above.plane(plane).astype(np.float32) - below.plane(plane)) / np.float32(2)
        received[plane] = block_sums(half * strength * volume, SIDE[plane])
        sent[plane] = block_sums((strength * volume) ** 2, SIDE[plane])
    return Response(received, sent)


def _z(marked: Frames, signature: Signature, key: bytes, codec: Codec) -> float:
    """``z`` after the codec, rounded before it is compared."""
    z = round(statistic(codec.round_trip(marked), signature, key), 6)
    return z if math.isfinite(z) else 0.0
