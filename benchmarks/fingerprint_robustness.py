"""How far the fingerprint drifts under codecs and edits, and how often it is still found.

``python -m benchmarks.fingerprint_robustness DIR...``

Every edit of `stages/edits` is made and then encoded as a platform would. Frames are hashed as
in the pipeline. The threshold is that of an impostor model fitted to the distances between these
very clips; genuine distances have no say in it. Where a row looks for bars or for a mirrored copy,
it compares as `python -m stages.fingerprint` does with two videos, and pays for every comparison.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.command_line import folders
from benchmarks.footage import FRAMES, GEOMETRY, clips, heading, load, markdown
from stages.common.command_line import report_errors
from stages.common.statistics import exact_interval
from stages.fingerprint.distance import Bits, hamming, impostor_distances
from stages.fingerprint.impostors import ImpostorModel, fit
from stages.fingerprint.recipe import fingerprint, recipe
from stages.own.bars import picture_of_frames
from stages.own.comparison import RECIPE
from stages.own.readings import readings_of
from stages.pipeline.processes import processes
from stages.pipeline.workers import map_items
from stages.video.codec import Codec
from stages.video.edit import edit, edit_names
from stages.video.filters import normalised
from stages.video.frames import Frames, Geometry

FALSE_POSITIVE_RATE = 1e-6
CONFIDENCE = 0.95
PLATFORM = Codec(crf=28)


class Footage(NamedTuple):
    """The published part of each clip, and the length that it must have."""

    geometry: Geometry = GEOMETRY
    frames: int = FRAMES
    least_seconds: int = 0


# Bars are put around a wide picture; and of ten seconds, an edit may take two.
SOURCES = {
    "letterbox": Footage(Geometry(320, 180)),
    "ends_cut": Footage(frames=300, least_seconds=3),
}


@dataclass(frozen=True)
class Treatment:
    """An edit or none, and then one encoder after the other.

    Attributes
    ----------
    edit : name of the edit's record, or empty for none.
    searched : compare also mirrored, and what is between black bars, if there are any.
    """

    name: str
    codecs: tuple[Codec, ...] = (PLATFORM,)
    edit: str = ""
    searched: bool = False

    @property
    def source(self) -> Footage:
        return SOURCES.get(self.edit, Footage())

    def received(self, frames: Frames) -> Frames:
        """Edit, encode and decode."""
        if self.edit:
            frames = edit(self.edit).apply(frames)
        for codec in self.codecs:
            frames = codec.round_trip(frames, subject=self.name)
        return frames


# Codecs have rows of their own, and of lost time `ends_cut` is the harder.
EDITED = [name for name in edit_names() if name not in {"second_generation", "shifted"}]
TREATMENTS = [
    *(Treatment(f"x264, CRF {crf}", (Codec(crf=crf),)) for crf in (18, 23, 28, 35, 40, 45, 51)),
    Treatment("x265, CRF 28", (Codec("libx265", 28),)),
    Treatment("VP9, CRF 35", (Codec("libvpx-vp9", 35),)),
    Treatment("AV1, CRF 35", (Codec("libsvtav1", 35),)),
    Treatment("second generation: CRF 28, then 35", (Codec(crf=28), Codec(crf=35))),
    *(Treatment(name.replace("_", " "), edit=name) for name in EDITED),
    Treatment("letterbox, looked for", edit="letterbox", searched=True),
    Treatment("mirrored, looked for", edit="mirrored", searched=True),
]


class BestMatch(NamedTuple):
    """The drift under a treatment in bits, in the best of some comparisons."""

    bits: int
    comparisons: int


def main(directories: list[Path]) -> None:
    paths = clips(directories)
    with processes() as pool:
        measured = map_items(pool, measure, paths, label="robustness")
    distances = impostor_distances([bits for bits, _ in measured])
    model = fit(distances, recipe(RECIPE).bits)
    drifts = {
        treatment.name: [matches[treatment.name] for _, matches in measured]
        for treatment in TREATMENTS
    }
    print(f"# {heading(__doc__)}\n")
    print(markdown([row(name, matches, model) for name, matches in drifts.items()]))
    print(
        f"\n{len(paths)} real clips, {FRAMES} frames of 320x240; every edit is followed by x264 at "
        f"CRF {PLATFORM.crf}. Drift in bits of 256. Different clips: least {distances.min()}, "
        f"median {np.median(distances):g}. Found: drift of at most "
        f"{model.threshold(FALSE_POSITIVE_RATE)} bits, which holds the false positives under "
        f"{FALSE_POSITIVE_RATE:.0e} by the impostor model ({model.freedom:.0f} degrees of freedom, "
        f"greatest gap to the sample {model.gap(distances):.3f}). To the fingerprint itself a "
        "mirrored video is another video, and so is one with bars around it: where they are looked "
        "for, all comparisons are paid for."
    )


def measure(path: Path) -> tuple[Bits, dict[str, BestMatch | None]]:
    """Compute the fingerprint of a clip, and its drift under each treatment."""
    sources = {treatment.source for treatment in TREATMENTS}
    published = {source: load(path, *source[:2]) for source in sources}
    drifts = {
        treatment.name: drift(published[treatment.source], treatment) for treatment in TREATMENTS
    }
    return fingerprint(published[Footage()]), drifts


def drift(frames: Frames, treatment: Treatment) -> BestMatch | None:
    """Measure the drift under a treatment; None for a clip that is too short for it."""
    if len(frames) < treatment.source.least_seconds * frames.fps:
        return None
    received = treatment.received(frames)
    if not treatment.searched:
        return BestMatch(hamming(fingerprint(frames), fingerprint(received)), 1)
    before, after = readings(frames), readings(received, mirrored=True)
    nearest = min(hamming(a, b) for a in before for b in after)
    return BestMatch(nearest, len(before) * len(after))


def readings(frames: Frames, *, mirrored: bool = False) -> list[Bits]:
    """Compute what frames are compared by, as ``stages.own.readings.readings`` of a file."""
    pictures = [frames]
    if picture := picture_of_frames(frames):
        pictures.append(normalised(frames, Geometry(picture.width, picture.height, region=picture)))
    return readings_of((version.i420 for version in pictures), mirrored=mirrored)


def row(name: str, matches: list[BestMatch | None], model: ImpostorModel) -> dict[str, str]:
    """Make one line of the table."""
    usable = [match for match in matches if match]
    bits = np.array([match.bits for match in usable])
    limits = [model.threshold(FALSE_POSITIVE_RATE / match.comparisons) for match in usable]
    hits = int(np.count_nonzero(bits <= limits))
    low, high = exact_interval(hits, len(usable), CONFIDENCE)
    return {
        "treatment": name,
        "median": f"{np.median(bits):g}",
        "95th percentile": f"{np.percentile(bits, 95):.0f}",
        "most": f"{bits.max()}",
        "found": f"{hits} of {len(usable)}",
        "95 % interval": f"{low:.1%} to {high:.1%}",
    }


if __name__ == "__main__":
    with report_errors():
        main(folders())
