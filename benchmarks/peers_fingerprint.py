"""The fingerprint beside public ones: the same clips, the same codec output, one run.

``python -m benchmarks.peers_fingerprint DIR...``

The peers are the extra ``peers-fingerprint``. One of them brings an OpenCV of its own, so install
them in an environment apart: ``pip install -e '.[peers-fingerprint]'``. Those that are missing are
left out.

Every hash is given the same decoded frames. Hashes over frames are the majority of their bits.
Thorn's TMK is a real vector (of 255 numbers): its distance is the number of bits of 256 that the
signs of random projections would differ in, which is the angle (Charikar, "Similarity estimation
techniques from rounding algorithms", 2002). Its own cosine distance grows with the square of a
small angle, so margins in that scale say nothing beside bits.
"""

import importlib.util
import logging
import math
import re
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.command_line import folders
from benchmarks.footage import clips, heading, load, markdown
from stages.common.command_line import report_errors
from stages.fingerprint.impostors import fit
from stages.fingerprint.recipe import fingerprint, recipe
from stages.own.comparison import RECIPE
from stages.video.codec import Codec
from stages.video.ffmpeg import run
from stages.video.frames import Frames, raw_input

log = logging.getLogger(__name__)

# The scale of all distances.
BITS = recipe(RECIPE).bits
CRFS = (28, 35, 40, 51)
MODELLED_FPR = 1e-6

Vector = NDArray[Any]


@dataclass(frozen=True)
class PeerHash:
    """A hash over frames: bits [shape=(256,)], or a real vector of unit length.

    Attributes
    ----------
    module : what has to be installed.
    """

    name: str
    module: str
    compute: Callable[[Frames], Vector]

    @property
    def installed(self) -> bool:
        return importlib.util.find_spec(self.module) is not None


@dataclass
class HashResults:
    """The results of one hash on all clips.

    Attributes
    ----------
    drifts : for each CRF, the drift of each clip.
    impostors : distances of different clips.
    frames_per_second : hashing frames that are decoded already.
    """

    drifts: dict[int, NDArray[np.float64]]
    impostors: NDArray[np.float64]
    frames_per_second: float


def main(directories: list[Path]) -> None:
    paths = clips(directories)
    peers = [peer for peer in PEERS if peer.installed]
    missing = [peer.name for peer in PEERS if not peer.installed]
    measured = measure(peers, paths)
    print(f"# {heading(__doc__)}\n")
    print(markdown([drift_row(name, results) for name, results in measured.items()]))
    print()
    print(markdown([found_row(name, results) for name, results in measured.items()]))
    pairs = len(paths) * (len(paths) - 1) // 2
    print(
        f"\n{len(paths)} real clips, 320x240, up to 60 frames, x264 medium; distances in bits of "
        f"{BITS} (of TMK, the angle in these units). Margin: least impostor minus greatest drift, "
        f"at CRF {', '.join(map(str, CRFS))}. Least FPR that {pairs} pairs can show: "
        f"{1 / pairs:.1e} (no pair matches); {MODELLED_FPR:.0e} is by the impostor model, fitted "
        "to each hash's own distances. Frames/s: one thread, frames decoded already."
        + (f" Not installed, left out: {', '.join(missing)}." if missing else "")
    )


def measure(peers: Sequence[PeerHash], paths: Sequence[Path]) -> dict[str, HashResults]:
    """Hash every clip before and after every CRF, encoded once for all peers."""
    hashes: dict[str, list[list[Vector]]] = {peer.name: [] for peer in peers}
    seconds = dict.fromkeys(hashes, 0.0)
    frames = 0
    for done, path in enumerate(paths, 1):
        original = load(path)
        versions = [original, *(Codec(crf=crf).round_trip(original) for crf in CRFS)]
        for peer in peers:
            started = time.perf_counter()
            hashes[peer.name].append([peer.compute(version) for version in versions])
            seconds[peer.name] += time.perf_counter() - started
        frames += sum(map(len, versions))
        log.info("%d of %d: %s", done, len(paths), path.name)
    return {
        name: _measured(np.array(all_), frames / seconds[name]) for name, all_ in hashes.items()
    }


def _measured(vectors: Vector, frames_per_second: float) -> HashResults:
    """Measure the vectors of all clips and versions [shape=(clips, 1 + CRFs, n)]."""
    before = vectors[:, 0]
    drifts = {
        crf: np.array([distance(a, b) for a, b in zip(before, vectors[:, index], strict=True)])
        for index, crf in enumerate(CRFS, 1)
    }
    apart = [distance(a, b) for a, b in combinations(before, 2)]
    return HashResults(drifts, np.array(apart), frames_per_second)


def distance(a: Vector, b: Vector) -> float:
    """Count the bits of 256 that differ; of real unit vectors the angle, 256 for opposite ones."""
    if a.dtype == np.bool_:
        return float(np.mean(a != b)) * BITS
    return math.acos(np.clip(a @ b, -1, 1)) / math.pi * BITS


def drift_row(name: str, results: HashResults) -> dict[str, str]:
    """List mean and greatest drift at each CRF, beside the distance of different clips."""
    least = results.impostors.min()
    drifts = {
        f"CRF {crf}, mean/max": f"{all_.mean():.1f}/{all_.max():.0f}"
        for crf, all_ in results.drifts.items()
    }
    margins = " / ".join(f"{least - results.drifts[crf].max():.0f}" for crf in CRFS)
    return {
        "hash": name,
        **drifts,
        "least impostor": f"{least:.0f}",
        "median impostor": f"{np.median(results.impostors):.0f}",
        "margin": margins,
        "frames/s": f"{results.frames_per_second:.0f}",
    }


def found_row(name: str, results: HashResults) -> dict[str, str]:
    """Count the clips found again at each CRF, at two false positive rates."""
    least = results.impostors.min()
    limit = fit(results.impostors, BITS).threshold(MODELLED_FPR)
    row = {"hash": name}
    for crf, drifts in results.drifts.items():
        row[f"CRF {crf}, no pair matches"] = f"{np.count_nonzero(drifts < least)} of {drifts.size}"
        row[f"CRF {crf}, FPR {MODELLED_FPR:.0e}"] = (
            f"{np.count_nonzero(drifts <= limit)} of {drifts.size}"
        )
    return row


# --- the hashes ------------------------------------------------------------------------------


def iscc(frames: Frames) -> Vector:
    """Compute the ISCC Video-Code as iscc-sdk does: MPEG-7 signatures at 5 frames/s, by ffmpeg."""
    import iscc_core  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        listing = Path(folder, "signature.xml")
        stream = raw_input(frames).filter("fps", 5)
        stream = stream.filter("signature", format="xml", filename=str(listing))
        run(stream.output("-", format="null"), stdin=frames.i420.tobytes(), subject="signature")
        signatures = re.findall("<FrameSignature>(.*?)</FrameSignature>", listing.read_text())
    numbers = [tuple(map(int, signature.split())) for signature in signatures]
    digest = iscc_core.soft_hash_video_v0(numbers, bits=BITS)
    return np.unpackbits(np.frombuffer(digest, np.uint8)).astype(bool)


def pdq(frames: Frames) -> Vector:
    import pdqhash  # noqa: PLC0415

    return majority([pdqhash.compute(frame)[0] for frame in frames.rgb()])


def of_imagehash(name: str) -> Callable[[Frames], Vector]:
    """Make a hash of 16 x 16 bits, by ImageHash over frames."""

    def compute(frames: Frames) -> Vector:
        import imagehash  # noqa: PLC0415
        from PIL import Image  # noqa: PLC0415

        hash_image = getattr(imagehash, name)
        return majority(
            [hash_image(Image.fromarray(rgb), hash_size=16).hash for rgb in frames.rgb()]
        )

    return compute


def tmk(frames: Frames) -> Vector:
    """Compute TMK's first level by Thorn's perception: the mean of real-valued pHashes."""
    from perception.hashers import TMKL1  # noqa: PLC0415

    hasher, state = TMKL1(), None
    for index, rgb in enumerate(frames.rgb()):
        state = hasher.process_frame(rgb, index, float(index / frames.fps), state)
    return np.asarray(hasher.hash_from_final_state(state))


def majority(bits: Sequence[Vector]) -> Vector:
    """Return what most frames have, bit by bit."""
    return np.asarray(np.mean([np.ravel(each) for each in bits], axis=0) > 0.5)


PEERS = (
    PeerHash("afterimage (ours)", "stages", fingerprint),
    PeerHash("ISCC Video-Code", "iscc_core", iscc),
    PeerHash("pHash16, majority", "imagehash", of_imagehash("phash")),
    PeerHash("dHash16, majority", "imagehash", of_imagehash("dhash")),
    PeerHash("PDQ, majority", "pdqhash", pdq),
    PeerHash("perception, TMK level 1", "perception", tmk),
    PeerHash(
        "classic (the earlier recipe)", "stages", lambda frames: fingerprint(frames, "classic")
    ),
)


if __name__ == "__main__":
    with report_errors():
        main(folders())
