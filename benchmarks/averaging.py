"""What averaging over many marked clips tells about the mark, with one key and with a key a clip.

``python -m benchmarks.averaging``

Attackers who know the signature but no key take what the detector looks at out of many marked
clips, and average it: the hosts fade, and a mark that is in all of them stays. They then put it
into innocent clips, or take it away from marked ones. Against this, `--video-id` derives a key for
each video.
"""

import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from statistics import median

import numpy as np
from numpy.typing import NDArray

from benchmarks.footage import heading, markdown
from stages.common.command_line import parser, report_errors
from stages.pipeline.processes import processes
from stages.signature.detect.bound import threshold
from stages.signature.detect.detect import Features, correlate, statistic
from stages.signature.detect.evidence import gather
from stages.signature.embed.distortion import Distortion
from stages.signature.embed.embed import add, embed
from stages.signature.embed.residuals import Residual, Residuals
from stages.signature.model.carriers import carrier_band, modulation, to_pixels
from stages.signature.model.chips import signs, video_key
from stages.signature.search.space import hand_set_vector, to_signature
from stages.sources.synthetic.drawing import draw
from stages.video.codec import Codec
from stages.video.frames import Frames
from stages.video.planes import PLANES, PlaneName
from stages.video.quality import RgbReference

COUNTS = (1, 10, 100, 1000)
VICTIMS = 20
FRAMES = 20
SEED = 8
PSNR_DB, HARD_DB = 45.0, 39.0
MASTER = b"a key for this benchmark alone"
SIGNATURE = to_signature(hand_set_vector(), "balanced")
THRESHOLD = threshold(1e-6)
ONE_KEY, OWN_KEYS = "one for all", "one a clip (`--video-id`)"
SCHEMES: dict[str, Callable[[int], bytes]] = {
    ONE_KEY: lambda _: MASTER,
    OWN_KEYS: lambda index: video_key(MASTER, str(index)),
}

# Coefficients by carrier address, as the attacker estimates them.
Estimate = dict[str, NDArray[np.float64]]


@dataclass(frozen=True)
class AttackOutcome:
    """Outcome of the attacks with one estimate against one clip.

    Attributes
    ----------
    guessed : share of its key's chips that the estimate has right.
    estimate : ``z`` of the estimate itself.
    marked, removed, removed_hard, forged : ``z`` of the clip as it was marked, with the estimate
        taken away at either strength, and of the innocent clip with the estimate put in.
    """

    guessed: float
    estimate: float
    marked: float
    removed: float
    removed_hard: float
    forged: float


def main() -> None:
    with processes() as pool:
        estimates = averaged(pool)
        rows = [
            row(pool, scheme, f"{count:,}", estimates[scheme, count])
            for scheme in SCHEMES
            for count in COUNTS
        ]
        rows.append(row(pool, OWN_KEYS, "the attacked clip itself"))
    print(f"# {heading(__doc__)}\n\n{markdown(rows)}\n")
    print(
        f"Drawn clips of {FRAMES} frames, 320x240, marked at {PSNR_DB:g} dB by the hand-set "
        f"spectrum, all through H.264 at CRF 28, also those that are averaged. The attacks are on "
        f"{VICTIMS} further clips: a forgery puts the estimate into an innocent one at "
        f"{PSNR_DB:g} dB. Found means z from {THRESHOLD:.2f} on (a false accusation in at most 1 "
        "of 10^6); z is in brackets. Half of the chips are guessed right by chance. z "
        "of the estimate is that of the average itself. Medians over the victims. The last row "
        "is what no scheme of keys prevents: a mark is copied from a clip, or weakened in it, "
        "by what the clip itself shows."
    )


def row(
    pool: Executor, scheme: str, averaged_over: str, estimate: Estimate | None = None
) -> dict[str, str]:
    """Return a row of the table: the attacks with one estimate, or with each victim's own."""
    victims = range(COUNTS[-1], COUNTS[-1] + VICTIMS)
    outcomes = list(pool.map(partial(attacked, estimate=estimate, scheme=scheme), victims))
    return {
        "keys": scheme,
        "clips averaged": averaged_over,
        "chips guessed": f"{median(outcome.guessed for outcome in outcomes):.1%}",
        "z of the estimate": f"{median(outcome.estimate for outcome in outcomes):.1f}",
        "marked: found": detections([outcome.marked for outcome in outcomes]),
        f"taken away at {PSNR_DB:g} dB: found": detections(
            [outcome.removed for outcome in outcomes]
        ),
        f"taken away at {HARD_DB:g} dB: found": detections(
            [outcome.removed_hard for outcome in outcomes]
        ),
        "forged: found": detections([outcome.forged for outcome in outcomes]),
    }


def detections(z: Sequence[float]) -> str:
    """Count the ``z`` that reach the threshold, with their median in brackets."""
    return f"{sum(value >= THRESHOLD for value in z)} of {len(z)} ({median(z):.1f})"


def averaged(pool: Executor) -> dict[tuple[str, int], Estimate]:
    """Average marked clips as the attacker does: an estimate for each scheme and count."""
    estimates: dict[tuple[str, int], Estimate] = {}
    totals: dict[str, Estimate] = {scheme: {} for scheme in SCHEMES}
    for count, leaks in enumerate(pool.map(leaked, range(COUNTS[-1]), chunksize=5), start=1):
        for scheme, seen in leaks.items():
            before = totals[scheme]
            totals[scheme] = {at: before.get(at, 0.0) + values for at, values in seen.items()}
            if count in COUNTS:
                estimates[scheme, count] = totals[scheme]
        if count in COUNTS or count % 50 == 0:
            print(f"averaged {count} clips", file=sys.stderr)
    return estimates


def leaked(index: int) -> dict[str, Estimate]:
    """Return what one marked clip, after the codec, adds to the average under each scheme."""
    original = clip(index)
    return {scheme: seen_in(original, key_of(index)) for scheme, key_of in SCHEMES.items()}


def seen_in(original: Frames, key: bytes) -> Estimate:
    """Return what the attacker sees in one clip after it was marked; all clips weigh the same."""
    marked = embed(original, SIGNATURE, key, Distortion(PSNR_DB))
    received = Codec().round_trip(marked)
    estimate = {}
    for carrier in SIGNATURE.carriers:
        values = gather(received.plane(carrier.plane), carrier).coefficients
        # Much energy in a frequency or a block is the host's: what matters is a value's sign.
        estimate[carrier.address] = np.tanh(values / np.median(np.abs(values)))
    return estimate


def attacked(index: int, *, estimate: Estimate | None, scheme: str) -> AttackOutcome:
    """Attack one more clip with an estimate, or with what is seen in the marked clip itself."""
    original, key = clip(index), SCHEMES[scheme](index)
    estimate = estimate or seen_in(original, key)
    marked = embed(original, SIGNATURE, key, Distortion(PSNR_DB))
    copy = residuals(estimate, original)
    removal = {plane: residual.times(-1) for plane, residual in copy.items()}
    videos = (
        marked,
        add(RgbReference.of(marked), removal, psnr_db=PSNR_DB),
        add(RgbReference.of(marked), removal, psnr_db=HARD_DB),
        add(RgbReference.of(original), copy, psnr_db=PSNR_DB),
    )
    return AttackOutcome(
        guessed(estimate, key),
        correlate(weighted(estimate), key),
        *(statistic(Codec().round_trip(video), SIGNATURE, key) for video in videos),
    )


def weighted(estimate: Estimate) -> Features:
    """Return the estimate in the place of a video's features."""
    return {
        carrier: carrier.weight * carrier_band(carrier).amplitudes * estimate[carrier.address]
        for carrier in SIGNATURE.carriers
    }


def residuals(estimate: Estimate, like: Frames) -> Residuals:
    """Turn the estimate into a mark: each carrier with its share of the energy."""
    sums: dict[PlaneName, NDArray[np.float32]] = {}
    for carrier in SIGNATURE.carriers:
        shape = like.plane(carrier.plane).shape[1:]
        band = carrier_band(carrier)
        values = np.sign(estimate[carrier.address]) * band.amplitudes
        picture = to_pixels(values, carrier.block, band, shape)
        picture *= np.sqrt(carrier.share / (PLANES[carrier.plane].rgb_error * np.mean(picture**2)))
        over_time = modulation(carrier.half_period, len(like)).astype(np.float32)
        residual = over_time[:, None, None] * picture.astype(np.float32)
        plane = carrier.plane
        sums[plane] = sums[plane] + residual if plane in sums else residual
    return {plane: Residual.of(residual) for plane, residual in sums.items()}


def guessed(estimate: Estimate, key: bytes) -> float:
    """Return the share of a key's chips that the estimate has right, weighted by amplitude."""
    right = total = 0.0
    for carrier in SIGNATURE.carriers:
        guess = np.sign(estimate[carrier.address])
        weights = carrier.share * np.broadcast_to(carrier_band(carrier).amplitudes, guess.shape)
        agree = guess == signs(key, carrier, len(guess))
        right, total = right + float(weights[agree].sum()), total + float(weights.sum())
    return right / total


def clip(index: int) -> Frames:
    """Draw a clip, of a seed that nothing else uses."""
    return draw("natural", index, FRAMES, SEED)


if __name__ == "__main__":
    with report_errors():
        parser().parse_args()
        main()
