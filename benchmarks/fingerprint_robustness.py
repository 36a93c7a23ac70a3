"""How far the fingerprint drifts under codecs and edits, and how often it is still found.

``python -m benchmarks.fingerprint_robustness DIR...``

Every edit is made by ffmpeg's filters and then encoded as a platform would. Frames are hashed as
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
from stages.fingerprint.afterimage import Afterimage
from stages.fingerprint.distance import Bits, hamming, impostor_distances
from stages.fingerprint.impostors import ImpostorModel, fit
from stages.fingerprint.recipe import fed, fingerprint
from stages.own.bars import picture_of_frames
from stages.pipeline.processes import processes
from stages.pipeline.workers import map_items
from stages.video.codec import Codec
from stages.video.edit import EDITS, edited, normalised
from stages.video.frames import Frames, Geometry

FALSE_POSITIVE_RATE = 1e-6
CONFIDENCE = 0.95
PLATFORM = Codec(crf=28)


class Source(NamedTuple):
    """What is published of each clip, and how long it has to be."""

    geometry: Geometry = GEOMETRY
    frames: int = FRAMES
    least_seconds: int = 0


# Bars are put around a wide picture; and of ten seconds, an edit may take two.
SOURCES = {
    "letterbox": Source(Geometry(320, 180)),
    "first and last second cut": Source(frames=300, least_seconds=3),
}


@dataclass(frozen=True)
class Treatment:
    """An edit or none, and then one encoder after the other.

    Attributes
    ----------
    edit : one of ``EDITS``, or none.
    searched : compare also mirrored, and what is between black bars, if there are any.
    """

    name: str
    codecs: tuple[Codec, ...] = (PLATFORM,)
    edit: str = ""
    searched: bool = False

    @property
    def source(self) -> Source:
        return SOURCES.get(self.edit, Source())

    def received(self, frames: Frames) -> Frames:
        """What is found of the frames."""
        if self.edit:
            frames = edited(frames, self.edit)
        for codec in self.codecs:
            frames = codec.round_trip(frames, subject=self.name)
        return frames


TREATMENTS = [
    *(Treatment(f"x264, CRF {crf}", (Codec(crf=crf),)) for crf in (18, 23, 28, 35, 40, 45, 51)),
    Treatment("x265, CRF 28", (Codec("libx265", 28),)),
    Treatment("VP9, CRF 35", (Codec("libvpx-vp9", 35),)),
    Treatment("AV1, CRF 35", (Codec("libsvtav1", 35),)),
    Treatment("second generation: CRF 28, then 35", (Codec(crf=28), Codec(crf=35))),
    *(Treatment(edit, edit=edit) for edit in EDITS),
    Treatment("letterbox, looked for", edit="letterbox", searched=True),
    Treatment("mirrored, looked for", edit="mirrored", searched=True),
]


class Drift(NamedTuple):
    """Bits that a treatment flips, in the best of some comparisons."""

    bits: int
    comparisons: int


def main(directories: list[Path]) -> None:
    paths = clips(directories)
    with processes() as pool:
        measured = map_items(pool, measure, paths, label="robustness")
    distances = impostor_distances([bits for bits, _ in measured])
    model = fit(distances)
    drifts = {one.name: [found[one.name] for _, found in measured] for one in TREATMENTS}
    print(f"# {heading(__doc__)}\n")
    print(markdown([row(name, found, model) for name, found in drifts.items()]))
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


def measure(path: Path) -> tuple[Bits, dict[str, Drift | None]]:
    """The fingerprint of a clip, and how far each treatment moves it."""
    published = {source: load(path, *source[:2]) for source in {one.source for one in TREATMENTS}}
    drifts = {one.name: drift(published[one.source], one) for one in TREATMENTS}
    return fingerprint(published[Source()]), drifts


def drift(frames: Frames, treatment: Treatment) -> Drift | None:
    """How far a treatment moves the fingerprint; None for a clip that is too short for it."""
    if len(frames) < treatment.source.least_seconds * frames.fps:
        return None
    received = treatment.received(frames)
    if not treatment.searched:
        return Drift(hamming(fingerprint(frames), fingerprint(received)), 1)
    known, found = readings(frames), readings(received, mirrored=True)
    nearest = min(hamming(one, other) for one in known for other in found)
    return Drift(nearest, len(known) * len(found))


def readings(frames: Frames, *, mirrored: bool = False) -> list[Bits]:
    """What frames are compared by, as ``stages.fingerprint.recipe.readings`` of a file."""
    pictures = [frames]
    if picture := picture_of_frames(frames):
        pictures.append(normalised(frames, Geometry(picture.width, picture.height, region=picture)))
    seen = [fed(Afterimage(), one.i420) for one in pictures]
    return [one.bits() for one in seen] + [one.mirrored_bits() for one in seen if mirrored]


def row(name: str, drifts: list[Drift | None], model: ImpostorModel) -> dict[str, str]:
    """One line of the table."""
    usable = [one for one in drifts if one]
    bits = np.array([one.bits for one in usable])
    limits = [model.threshold(FALSE_POSITIVE_RATE / one.comparisons) for one in usable]
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
