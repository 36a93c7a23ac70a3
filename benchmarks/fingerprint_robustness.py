"""How far the fingerprint drifts under codecs and edits, and how often it is still found.

``python -m benchmarks.fingerprint_robustness DIR...``

Every edit is made by ffmpeg's filters and then encoded as a platform would. The threshold is
that of an impostor model fitted to the distances between these very clips; genuine distances have
no say in it.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.footage import GEOMETRY, clips, load, markdown
from stages.fingerprint.distance import Bits, hamming, pairwise
from stages.fingerprint.impostors import fit
from stages.fingerprint.recipe import fingerprint
from stages.pipeline.workers import map_items, workers
from stages.statistics import exact_interval
from stages.video.codec import Codec
from stages.video.edits import EDITS, edited, normalised
from stages.video.frames import Frames

FALSE_POSITIVE_RATE = 1e-6
CONFIDENCE = 0.95
PLATFORM = Codec(crf=28)

# An edit that takes two seconds away needs more than the others: ten seconds or so.
LONG_EDIT, LONG_FRAMES, LEAST_SECONDS = "first and last second cut", 300, 3


@dataclass(frozen=True)
class Treatment:
    """An edit or none, and then one encoder after the other."""

    name: str
    codecs: tuple[Codec, ...]
    edit: str = ""

    def received(self, frames: Frames) -> Frames:
        """What is found of the frames, brought to the frame of the fingerprint."""
        if self.edit:
            frames = edited(frames, self.edit)
        for codec in self.codecs:
            frames = codec.round_trip(frames, subject=self.name)
        return normalised(frames, GEOMETRY)


TREATMENTS = [
    *(Treatment(f"x264, CRF {crf}", (Codec(crf=crf),)) for crf in (18, 23, 28, 35, 40, 45, 51)),
    Treatment("x265, CRF 28", (Codec("libx265", 28),)),
    Treatment("VP9, CRF 35", (Codec("libvpx-vp9", 35),)),
    Treatment("AV1, CRF 35", (Codec("libsvtav1", 35),)),
    Treatment("second generation: x264, CRF 28, then 35", (Codec(crf=28), Codec(crf=35))),
    *(Treatment(f"{edit}, then x264, CRF 28", (PLATFORM,), edit) for edit in EDITS),
]


def main(directories: list[Path]) -> None:
    paths = clips(directories)
    with workers() as pool:
        measured = map_items(pool, measure, paths, label="robustness")
    hashes = np.array([bits for bits, _ in measured])
    drifts = {one.name: [found[one.name] for _, found in measured] for one in TREATMENTS}
    distances = pairwise(hashes)[np.triu_indices(len(hashes), 1)]
    model = fit(distances)
    limit = model.threshold(FALSE_POSITIVE_RATE)
    print(markdown([row(name, values, limit) for name, values in drifts.items()]))
    print(
        f"\n{len(paths)} real clips, {GEOMETRY.width}x{GEOMETRY.height}; drift in bits of 256. "
        f"Different clips: least {distances.min()}, median {np.median(distances):g}. Found: drift "
        f"of at most {limit} bits, which holds the false positives under {FALSE_POSITIVE_RATE:.0e} "
        f"by the impostor model ({model.freedom:.0f} degrees of freedom)."
    )


def measure(path: Path) -> tuple[Bits, dict[str, int]]:
    """The fingerprint of a clip, and how many of its bits each treatment flips."""
    frames, long = load(path), load(path, LONG_FRAMES)
    drifts = {one.name: drift(long if one.edit == LONG_EDIT else frames, one) for one in TREATMENTS}
    return fingerprint(frames), drifts


def drift(frames: Frames, treatment: Treatment) -> int:
    """Bits that a treatment flips; -1 for a clip that is too short for it."""
    if treatment.edit == LONG_EDIT and len(frames) < LEAST_SECONDS * frames.fps:
        return -1
    return hamming(fingerprint(frames), fingerprint(treatment.received(frames)))


def row(name: str, drifts: list[int], limit: int) -> dict[str, str]:
    """One line of the table."""
    usable = np.array([one for one in drifts if one >= 0])
    hits = int(np.count_nonzero(usable <= limit))
    low, high = exact_interval(hits, usable.size, CONFIDENCE)
    return {
        "treatment": name,
        "median": f"{np.median(usable):g}",
        "95 % under": f"{np.percentile(usable, 95):.0f}",
        "most": f"{usable.max()}",
        "found": f"{hits} of {usable.size}",
        "95 % interval": f"{low:.1%} to {high:.1%}",
    }


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: python -m benchmarks.fingerprint_robustness DIR...")
    main([Path(one) for one in sys.argv[1:]])
