"""The closed loop: a mark that is moved, by trial, to where the real codec lets it through.

An encoder skips most of what is faint, and decides so block by block and frame by frame. A probe,
the mark itself above its strength, once added and once subtracted, shows where: half the difference
of the two decoded videos is what came through. The mark's energy then moves to those blocks, within
the ceilings on any frame and block; the detector does not change.

Luma is probed by the mildest codec, for its part is to be detected in grey video, which little is
left of otherwise; chroma by the codec after which it is least decided whether the clip's mark is
detected: what is sure needs no more, and what is hopeless gets none.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter

from stages.signature.embed.blocks import Blocks, block_energies, block_sums, shaped, within
from stages.signature.embed.conditions import Conditions, ConditionScores
from stages.signature.embed.distortion import Distortion
from stages.signature.embed.embed import add, plus
from stages.signature.embed.pattern import pattern, rgb_errors
from stages.signature.embed.residuals import Residuals
from stages.signature.embed.sensitivity import sensitivity
from stages.signature.model.spectrum import Signature
from stages.video.codec import Codec
from stages.video.frames import Frames
from stages.video.planes import PLANES, PlaneName
from stages.video.quality import RgbReference

# A probe is this much stronger than the mark, in dB.
_PROBE_DB = 3.0
# Energies of a probe are smoothed over (frames, blocks, blocks), in standard deviations.
_SMOOTHING = (4.0, 0.6, 0.6)
# A plane that answers with less than this part of what was sent tells little, and moves little.
_LEAST_RESPONSE = 0.1
# Amplitude over the relative response r: ``(_FLOOR + r) ** _EXPONENT``.
_FLOOR = 0.3
_EXPONENT = 0.5
# Halved every round.
_TILTS = (-1.5, 0.0, 1.0)


@dataclass(frozen=True)
class ClosedLoop:
    """The way in which a mark is adapted.

    Attributes
    ----------
    conditions : what the mark is adapted to.
    rounds : how often the codecs are probed and the mark is moved.
    """

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
    distortion: Distortion,
    *,
    loop: ClosedLoop,
    subject: str = "clip",
) -> Frames:
    """Mark a video as ``adapted`` does, and return its frames alone."""
    return adapted(frames, signature, key, distortion, loop=loop, subject=subject).frames


def adapted(
    frames: Frames,
    signature: Signature,
    key: bytes,
    distortion: Distortion,
    *,
    loop: ClosedLoop,
    subject: str = "clip",
) -> Adapted:
    """Mark a video with the best mark, of the plain one and a few a round, by its scores.

    Best is the highest ``soft_detection_rate`` under the loop's conditions; the plain mark stays if
    none is above its. ``subject`` names the video in an error of the codec.
    """
    reference, conditions = RgbReference.of(frames), loop.conditions
    plain = within(pattern(frames, signature, key), distortion.headroom)
    best = Adapted(add(reference, plain, psnr_db=distortion.psnr_db), {}, 0.0)
    if not plain or loop.rounds == 0:
        return best
    scores = conditions.scores(best.frames, signature, key, subject)
    residuals, response = plain, ProbeResponse({}, {})
    for number in range(loop.rounds):
        for codec, planes in _probes(conditions, scores, residuals):
            answer, received = probe(
                frames, residuals, codec, distortion.psnr_db - _PROBE_DB, subject
            )
            worth = sensitivity(received, signature.within(planes))
            response = response.plus(answer.weighted(worth))
        gains = response.gains()
        moved = shaped(plain, gains)
        for log_odds in [best.log_odds + step / 2**number for step in tilts(signature)]:
            candidate = within(tilted(moved, log_odds), distortion.headroom)
            marked = add(reference, candidate, psnr_db=distortion.psnr_db)
            reached = conditions.scores(marked, signature, key, subject)
            if _rate(conditions, reached) > _rate(conditions, scores):
                best, scores, residuals = Adapted(marked, gains, log_odds), reached, candidate
    return best


def _probes(
    conditions: Conditions, scores: ConditionScores, residuals: Residuals
) -> Iterator[tuple[Codec, tuple[PlaneName, ...]]]:
    """Yield the codec that luma is probed by, and that for chroma, each if the mark lies there."""
    for luma, codec in ((True, conditions.mildest), (False, conditions.undecided(scores))):
        planes = tuple(name for name, plane in PLANES.items() if plane.luma == luma)
        if any(plane in residuals for plane in planes):
            yield codec, planes


def _rate(conditions: Conditions, scores: ConditionScores) -> float:
    """Compute the soft detection rate over all conditions."""
    return conditions.soft_detection_rate(scores.values)


def tilts(signature: Signature) -> tuple[float, ...]:
    """Return the steps by which luma's share is moved in the first round, in log odds."""
    return _TILTS if signature.survives_grey else (0.0,)


def tilted(residuals: Residuals, log_odds: float) -> Residuals:
    """Change the odds of luma's share of the energy; chroma takes the rest."""
    luma = [plane for plane in residuals if PLANES[plane].luma]
    if log_odds == 0 or not luma or len(luma) == len(residuals):
        return residuals
    errors = rgb_errors(residuals)
    share = sum(errors[plane] for plane in luma) / sum(errors.values())
    odds = share / (1 - share) * math.exp(log_odds)
    target = odds / (1 + odds)
    gains = {
        plane: math.sqrt(target / share if plane in luma else (1 - target) / (1 - share))
        for plane in residuals
    }
    return {plane: residual.times(gains[plane]) for plane, residual in residuals.items()}


@dataclass(frozen=True)
class ProbeResponse:
    """The energies of a probe, by plane and block, before and after a codec.

    Attributes
    ----------
    received : the product of what was sent and what came back.
    sent : the square of what was sent.
    """

    received: Mapping[PlaneName, Blocks]
    sent: Mapping[PlaneName, Blocks]

    def plus(self, other: "ProbeResponse") -> "ProbeResponse":
        """Add up two probes."""
        return ProbeResponse(_sum(self.received, other.received), _sum(self.sent, other.sent))

    def weighted(self, worth: Mapping[PlaneName, Blocks]) -> "ProbeResponse":
        """Weigh what came through by its worth to the detector, in the planes where it is known."""
        received = {plane: self.received[plane] * value for plane, value in worth.items()}
        return ProbeResponse(received, {plane: self.sent[plane] for plane in worth})

    def gains(self) -> dict[PlaneName, Blocks]:
        """Compute amplitudes for a mark, by plane [shape=(T, rows, columns)].

        With ``R`` and ``S``, the energies received and sent, smoothed over time and neighbours,

            gain = sqrt(0.3 + r / max(mean(r), 0.1)),  r = max(R, 0) / S

        so that they are high where much comes through, and the detector looks at it.
        """
        return {plane: self._plane_gains(plane) for plane in self.sent}

    def _plane_gains(self, plane: PlaneName) -> Blocks:
        received, sent = (
            gaussian_filter(energy[plane], _SMOOTHING) for energy in (self.received, self.sent)
        )
        response = np.maximum(received, 0.0) / np.maximum(sent, 1e-6 * sent.mean() + 1e-12)
        relative = response / max(float(response.mean()), _LEAST_RESPONSE)
        # Rounded, so that the last bit of a float does not move a pixel.
        return np.asarray(np.round((_FLOOR + relative) ** _EXPONENT, 6))


def _sum(
    first: Mapping[PlaneName, Blocks], second: Mapping[PlaneName, Blocks]
) -> dict[PlaneName, Blocks]:
    """Add up energies plane by plane; a plane that is missing counts as 0."""
    return {**first, **{plane: first.get(plane, 0.0) + more for plane, more in second.items()}}


def probe(
    frames: Frames, residuals: Residuals, codec: Codec, psnr_db: float, subject: str = "clip"
) -> tuple[ProbeResponse, Frames]:
    """Send residuals through a codec, at about a PSNR, once added and once subtracted.

    With the residual ``a x`` of strength ``a``, and the decoded videos ``D(+a x)`` and
    ``D(-a x)``, a block receives

        R = sum (D(+a x) - D(-a x)) / 2 * a x    of    S = sum (a x)^2

    Return the response, and the frames that came back with the residuals added.
    """
    error = sum(rgb_errors(residuals).values())
    strength = round(255 * 10 ** (-psnr_db / 20) / math.sqrt(error), 9)
    above, below = (
        codec.round_trip(plus(frames, residuals, signed), subject=subject)
        for signed in (strength, -strength)
    )
    received, sent = {}, {}
    for plane, residual in residuals.items():
        side = PLANES[plane].block_side
        difference = above.plane(plane).astype(np.float32) - below.plane(plane)
        passed = block_sums(difference * residual.frames(), side)
        received[plane] = passed * (strength / 2)
        sent[plane] = block_energies(residual, side) * strength**2
    return ProbeResponse(received, sent), above
