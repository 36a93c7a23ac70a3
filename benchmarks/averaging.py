"""What averaging over many marked clips tells about the mark, with one key and with a key a clip.

``python -m benchmarks.averaging``

An attacker who knows the signature but no key takes what the detector looks at out of many marked
clips, and averages it: the hosts fade, and a mark that is in all of them stays. He then copies it
into innocent clips, or takes it away from marked ones. Against this, `--video-id` derives a key for
each video.
"""

import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray

from benchmarks.footage import heading, markdown
from stages.signature.bound import threshold
from stages.signature.carriers import carrier_band, modulation, to_coefficients, to_pixels
from stages.signature.chips import chips, derived_key
from stages.signature.detect import modulated_means, statistic
from stages.signature.embed import add, embed
from stages.signature.pattern import RGB_ERROR, Volumes
from stages.signature.search.space import start, to_signature
from stages.video.codec import Codec
from stages.video.frames import Frames
from stages.video.sources.synthetic import draw

RESULTS = Path("benchmarks/results/averaging.md")
COUNTS = (10, 100, 1000)
VICTIMS = 20
FRAMES = 20
SEED = 8
PSNR_DB = 45.0
MASTER = b"a key for this benchmark alone"
SIGNATURE = to_signature(start())
THRESHOLD = threshold(1e-6)

# Coefficients by carrier address, as the attacker estimates them.
Estimate = dict[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Outcome:
    """``z`` of a clip as it was marked, of an innocent one with the copy, and after removal."""

    marked: float
    copied: float
    removed: float


def main() -> None:
    rows = []
    with ProcessPoolExecutor() as pool:
        for own_keys in (False, True):
            estimates = averaged(pool, own_keys)
            for count in COUNTS:
                tasks = [(index, estimates[count], own_keys) for index in range(VICTIMS)]
                outcomes = list(pool.map(attacked, tasks))
                rows.append(row(count, own_keys, estimates[count], outcomes))
    RESULTS.write_text(
        f"# {heading(__doc__)}\n\n{markdown(rows)}\n\n"
        f"Drawn clips of {FRAMES} frames, 320x240, marked at {PSNR_DB:g} dB by the hand-set "
        f"spectrum; attacks at the same {PSNR_DB:g} dB on {VICTIMS} further clips; all through "
        f"H.264 at CRF 28. Found means z from {THRESHOLD:.2f} on: a false accusation in at most 1 "
        "of 10^6. Half of the chips are guessed right by chance.\n",
        encoding="utf-8",
    )
    print(RESULTS.read_text(encoding="utf-8"))


def row(
    count: int, own_keys: bool, estimate: Estimate, outcomes: Sequence[Outcome]
) -> dict[str, str]:
    """What one attack came to."""
    columns = {
        name: [getattr(outcome, name) for outcome in outcomes]
        for name in ("marked", "removed", "copied")
    }
    told = {
        name: f"{sum(z >= THRESHOLD for z in values)} of {len(values)} (z {median(values):.1f})"
        for name, values in columns.items()
    }
    return {
        "keys": "one a clip" if own_keys else "one for all",
        "clips averaged": f"{count:,}",
        "chips guessed": f"{guessed(estimate, key_of(-1, own_keys)):.1%}",
        "found, marked": told["marked"],
        "found, estimate taken away": told["removed"],
        "found, estimate copied to innocent": told["copied"],
    }


def key_of(index: int, own_keys: bool) -> bytes:
    """The key of a clip: as `--video-id` derives it, or the one for all."""
    return derived_key(MASTER, f"video/{index}") if own_keys else MASTER


def averaged(pool: ProcessPoolExecutor, own_keys: bool) -> dict[int, Estimate]:
    """The attacker's estimates after each of ``COUNTS`` marked clips."""
    estimates: dict[int, Estimate] = {}
    total: Estimate = {}
    tasks = [(index, own_keys) for index in range(COUNTS[-1])]
    for count, seen in enumerate(pool.map(leaked, tasks, chunksize=5), start=1):
        total = {address: total.get(address, 0.0) + values for address, values in seen.items()}
        if count in COUNTS:
            estimates[count] = total
            print(f"averaged {count} clips", file=sys.stderr)
    return estimates


def leaked(task: tuple[int, bool]) -> Estimate:
    """What one marked clip, after the codec, adds to the average: every clip weighs the same."""
    index, own_keys = task
    marked = embed(clip(index), SIGNATURE, key_of(index, own_keys), psnr_db=PSNR_DB)
    means = modulated_means(Codec().round_trip(marked), SIGNATURE)
    estimate = {}
    for carrier in SIGNATURE.carriers:
        mean = means[carrier.plane, carrier.flip]
        values = to_coefficients(mean, carrier.block, carrier_band(carrier))
        # Loud frequencies and blocks are the host: what matters is on which side of 0 a value is.
        estimate[carrier.address] = np.tanh(values / np.median(np.abs(values)))
    return estimate


def attacked(task: tuple[int, Estimate, bool]) -> Outcome:
    """A further clip: marked, marked with the estimate taken away, and with the estimate alone."""
    index, estimate, own_keys = task
    original, key = clip(COUNTS[-1] + index), key_of(COUNTS[-1] + index, own_keys)
    marked = embed(original, SIGNATURE, key, psnr_db=PSNR_DB)
    copy = volumes(estimate, original)
    removal = {plane: -volume for plane, volume in copy.items()}
    videos = (
        marked, add(original, copy, psnr_db=PSNR_DB), add(marked, removal, psnr_db=PSNR_DB),
    )  # fmt: skip
    return Outcome(*(statistic(Codec().round_trip(video), SIGNATURE, key) for video in videos))


def volumes(estimate: Estimate, like: Frames) -> Volumes:
    """The estimate as a mark: each carrier with its share of the energy."""
    made: Volumes = {}
    for carrier in SIGNATURE.carriers:
        shape = like.plane(carrier.plane).shape[1:]
        band = carrier_band(carrier)
        values = np.sign(estimate[carrier.address]) * band.amplitudes
        picture = to_pixels(values, carrier.block, band, shape)
        picture *= np.sqrt(carrier.share / (RGB_ERROR[carrier.plane] * np.mean(picture**2)))
        signs = modulation(carrier.flip, len(like)).astype(np.float32)
        volume = signs[:, None, None] * picture.astype(np.float32)
        made[carrier.plane] = made[carrier.plane] + volume if carrier.plane in made else volume
    return made


def guessed(estimate: Estimate, key: bytes) -> float:
    """The share of a key's chips that have the estimate's signs, as their amplitudes weigh them."""
    right = total = 0.0
    for carrier in SIGNATURE.carriers:
        signs = np.sign(estimate[carrier.address])
        weights = carrier.share * np.broadcast_to(carrier_band(carrier).amplitudes, signs.shape)
        agree = signs == chips(key, carrier.address, signs.size).reshape(signs.shape)
        right, total = right + float(weights[agree].sum()), total + float(weights.sum())
    return right / total


def clip(index: int) -> Frames:
    """A drawn clip, of a seed that nothing else uses."""
    return draw("natural", index, FRAMES, SEED)


if __name__ == "__main__":
    os.nice(10)
    main()
