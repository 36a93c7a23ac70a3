"""Mark a video by trial: see where the real codec lets the mark through, and move it there.

An encoder skips most of what is faint, and decides so block by block and frame by frame. A probe,
the mark itself above its strength, once added and once subtracted, shows where: half the difference
of the two decoded videos is what came through. The mark's energy then moves to those blocks, within
the ceilings on any frame and block; the detector does not change.

Luma is probed by the mildest codec, for its part is to be found in grey video, which little is left
of otherwise; chroma by the codec after which it is least decided whether the clip's mark is found:
what is sure needs no more, and what is hopeless gets none.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter

from stages.signature.embed.blocks import (
    SIDE,
    Blocks,
    Headroom,
    block_energies,
    block_sums,
    shaped,
    within,
)
from stages.signature.embed.conditions import Conditions
from stages.signature.embed.embed import add, plus
from stages.signature.embed.pattern import pattern, rgb_errors
from stages.signature.embed.residuals import Residuals
from stages.signature.embed.sensitivity import sensitivity
from stages.signature.model.spectrum import Signature
from stages.video.codec import Codec
from stages.video.frames import Frames
from stages.video.planes import PlaneName
from stages.video.quality import RgbReference

# A probe is this much stronger than the mark, in dB.
_PROBE_DB = 3.0
# Responses are smoothed over (frames, blocks, blocks), in standard deviations.
_SMOOTHING = (4.0, 0.6, 0.6)
# A plane that answers with less than this part of what was sent tells little, and moves little.
_FAINT = 0.1
# Amplitude over the relative response r: ``(_FLOOR + r) ** _EXPONENT``.
_FLOOR = 0.3
_EXPONENT = 0.5
# Halved every round.
_TILTS = (-1.5, 0.0, 1.0)


@dataclass(frozen=True)
class ClosedLoop:
    """How a mark is adapted: to what, and how often the codecs are probed and it is moved."""

    conditions: Conditions
    rounds: int


@dataclass(frozen=True)
class Adapted:
    """A marked video, and how its mark differs from the plain one.

    Attributes
    ----------
    frames : marked.
    gains : amplitudes of every plane, frame and block; empty for the plain mark.
    log_odds : by how much luma's share was moved.
    """

    frames: Frames
    gains: dict[PlaneName, Blocks]
    log_odds: float


def embed_adapted(
    frames: Frames,
    signature: Signature,
    key: bytes,
    *,
    psnr_db: float,
    loop: ClosedLoop,
    headroom: Headroom = Headroom(),  # noqa: B008 (frozen)
    subject: str = "clip",
) -> Frames:
    """The video with the mark that ``adapted`` finds."""
    found = adapted(
        frames, signature, key, psnr_db=psnr_db, loop=loop, headroom=headroom, subject=subject
    )
    return found.frames


def adapted(
    frames: Frames,
    signature: Signature,
    key: bytes,
    *,
    psnr_db: float,
    loop: ClosedLoop,
    headroom: Headroom,
    subject: str = "clip",
) -> Adapted:
    """The mark that is found most surely, of the plain one and a few a round.

    ``subject`` names the video in an error of the codec.
    """
    reference = RgbReference.of(frames)
    plain = within(pattern(frames, signature, key), headroom)
    best = Adapted(add(reference, plain, psnr_db=psnr_db), {}, 0.0)
    if not plain or loop.rounds == 0:
        return best
    wanted = loop.conditions
    scores = wanted.scores(best.frames, signature, key, subject)
    residuals, seen = plain, Response({}, {})
    for number in range(loop.rounds):
        undecided = wanted.undecided(scores)
        for codec, planes in ((wanted.mildest, "Y"), (undecided, "UV")):
            if any(plane in planes for plane in residuals):
                answer, received = probe(frames, residuals, codec, psnr_db - _PROBE_DB, subject)
                seen = seen.plus(answer.counted(sensitivity(received, signature.within(planes))))
        gains = seen.gains()
        moved = shaped(plain, gains)
        for tried in [best.log_odds + step / 2**number for step in tilts(signature)]:
            candidate = within(tilted(moved, tried), headroom)
            marked = add(reference, candidate, psnr_db=psnr_db)
            reached = wanted.scores(marked, signature, key, subject)
            if wanted.soft_detection_rate(reached) > wanted.soft_detection_rate(scores):
                best, scores, residuals = Adapted(marked, gains, tried), reached, candidate
    return best


def tilts(signature: Signature) -> tuple[float, ...]:
    """Steps by which luma's share is moved in the first round, in log odds."""
    return _TILTS if signature.survives_grey else (0.0,)


def tilted(residuals: Residuals, log_odds: float) -> Residuals:
    """The residuals with the odds of luma's share of the energy changed, and chroma's with it."""
    if log_odds == 0 or "Y" not in residuals or len(residuals) == 1:
        return residuals
    errors = rgb_errors(residuals)
    share = errors["Y"] / sum(errors.values())
    odds = share / (1 - share) * math.exp(log_odds)
    wanted = odds / (1 + odds)
    gains = {
        plane: math.sqrt(wanted / share if plane == "Y" else (1 - wanted) / (1 - share))
        for plane in residuals
    }
    return {plane: residual.times(gains[plane]) for plane, residual in residuals.items()}


@dataclass(frozen=True)
class Response:
    """What came through of a probe, and what was sent: energies by plane and block."""

    received: Mapping[PlaneName, Blocks]
    sent: Mapping[PlaneName, Blocks]

    def plus(self, other: "Response") -> "Response":
        """Both probes as one."""
        return Response(_sum(self.received, other.received), _sum(self.sent, other.sent))

    def counted(self, worth: Mapping[PlaneName, Blocks]) -> "Response":
        """As the detector counts it, in the planes of which that is known."""
        received = {plane: self.received[plane] * value for plane, value in worth.items()}
        return Response(received, {plane: self.sent[plane] for plane in worth})

    def gains(self) -> dict[PlaneName, Blocks]:
        """Amplitudes for a mark: high where much comes through, and the detector looks at it."""
        return {plane: self._gains(plane) for plane in self.sent}

    def _gains(self, plane: PlaneName) -> Blocks:
        received, sent = (
            gaussian_filter(energy[plane], _SMOOTHING) for energy in (self.received, self.sent)
        )
        response = np.maximum(received, 0.0) / np.maximum(sent, 1e-6 * sent.mean() + 1e-12)
        relative = response / max(float(response.mean()), _FAINT)
        # Rounded, so that the last bit of a float does not move a pixel.
        return np.asarray(np.round((_FLOOR + relative) ** _EXPONENT, 6))


def _sum(
    one: Mapping[PlaneName, Blocks], other: Mapping[PlaneName, Blocks]
) -> dict[PlaneName, Blocks]:
    return {**one, **{plane: one.get(plane, 0.0) + more for plane, more in other.items()}}


def probe(
    frames: Frames, residuals: Residuals, codec: Codec, psnr_db: float, subject: str = "clip"
) -> tuple[Response, Frames]:
    """Send the residuals through a codec, at about a PSNR, once added and once subtracted.

    The response, and the frames that came back with the residuals added.
    """
    error = sum(rgb_errors(residuals).values())
    strength = round(255 * 10 ** (-psnr_db / 20) / math.sqrt(error), 9)
    above, below = (
        codec.round_trip(plus(frames, residuals, signed), subject=subject)
        for signed in (strength, -strength)
    )
    received, sent = {}, {}
    for plane, residual in residuals.items():
        difference = above.plane(plane).astype(np.float32) - below.plane(plane)
        passed = block_sums(difference * residual.frames(), SIDE[plane])
        received[plane] = passed * (strength / 2)
        sent[plane] = block_energies(residual, SIDE[plane]) * strength**2
    return Response(received, sent), above
