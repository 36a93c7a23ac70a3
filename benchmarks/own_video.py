"""What a marked file may go through and still be found by the command for own videos.

``python -m benchmarks.own_video DIR...``

The first frames of each video are marked at their own size, by the hand-set spectrum and without a
search, and go through one change and H.264 at CRF 28 each.
"""

import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.command_line import folders
from benchmarks.footage import clips, heading, markdown
from stages.common.command_line import report_errors
from stages.common.errors import AfterimageError
from stages.common.files import write_bytes
from stages.common.statistics import exact_interval
from stages.own.container.remake import Encoding
from stages.own.container.stored import stored
from stages.own.detect_file import detect_file
from stages.own.mark_file import mark_file
from stages.pipeline.processes import processes
from stages.signature.search.space import hand_set_vector, to_signature
from stages.video.codec import Codec
from stages.video.edit import edit
from stages.video.ffmpeg import file_input, run
from stages.video.filters import cropped, normalised, scaled
from stages.video.frames import Frames, Geometry, read

FRAMES = 150
PSNR_DB = 45.0
KEY = b"a key for this benchmark alone"
SIGNATURE = to_signature(hand_set_vector(), "balanced")


@dataclass(frozen=True)
class Change:
    """A trial of a marked video: its edit before a second encode, and how the detector is asked."""

    name: str
    edited: Callable[[Frames], Frames] = lambda frames: frames
    crf: int = 28
    excerpt: bool = False


def stretched(width: int, height: int) -> Callable[[Frames], Frames]:
    """Return a change to another size and shape."""
    return partial(normalised, geometry=Geometry(width, height, "stretch"))


def late(frames: Frames) -> Frames:
    """Return the frames without the first 37: in step with no carrier."""
    return Frames(frames.i420[37:], frames.fps)


def thinned(frames: Frames) -> Frames:
    """Return the frames without every tenth."""
    return Frames(frames.i420[np.arange(len(frames)) % 10 != 9], frames.fps)


CHANGES = (
    Change("none"),
    Change("none, CRF 35", crf=35),
    Change("none, CRF 40", crf=40),
    Change("to twice the size", edit("double_size").apply),
    Change("to 75 %", partial(scaled, factor=0.75)),
    Change("to half the size", edit("half_size").apply),
    Change("to a quarter", partial(scaled, factor=0.25)),
    Change("stretched to 640x360", stretched(640, 360)),
    Change("stretched to 320x240", stretched(320, 240)),
    Change("stretched to 160x120", stretched(160, 120)),
    Change("stretched to 96x72", stretched(96, 72)),
    Change("grey", edit("grey").apply),
    Change("crop of 2 %", partial(cropped, share=0.02)),
    Change("crop of 5 %", edit("cropped").apply),
    Change("first 37 frames cut", late),
    Change("first 37 frames cut, --excerpt", late, excerpt=True),
    Change("every tenth frame dropped", thinned),
)


def main(directories: Sequence[Path]) -> None:
    """Print the table."""
    sources = clips(directories)
    with processes() as pool:
        results = [result for result in pool.map(of_clip, sources) if result]
    rows = [row(change.name, [result[change.name] for result in results]) for change in CHANGES]
    left_out = len(sources) - len(results)
    print(f"# {heading(__doc__)}\n\n{markdown(rows)}\n")
    print(
        f"{len(results)} real clips, up to {FRAMES} frames each at their own size, marked at "
        f"{PSNR_DB:g} dB and CRF 18 by the hand-set spectrum, then encoded once more. Found means "
        f"a false accusation in at most 1 of 10^6. {left_out} clips more were refused by `mark`: "
        "too short, small or still."
    )


def row(name: str, verdicts: Sequence[tuple[bool, float]]) -> dict[str, str]:
    """Write the row of a change: how often the mark was found after it."""
    hits = sum(hit for hit, _ in verdicts)
    low, high = exact_interval(hits, len(verdicts), 0.95)
    z = [z for _, z in verdicts]
    return {
        "after marking": name,
        "found": f"{hits} of {len(verdicts)}",
        "95 % interval": f"{low:.0%} to {high:.0%}",
        "median z": f"{median(z):.1f}",
        "least z": f"{min(z):.1f}",
    }


def of_clip(source: Path) -> dict[str, tuple[bool, float]]:
    """Tell for each change whether the mark of a clip was found after it, and its z; or nothing."""
    with tempfile.TemporaryDirectory() as folder:
        plain, marked, received = (Path(folder, f"{name}.mkv") for name in "abc")
        run(file_input(source).video.output(
            str(plain), vcodec="ffv1", fps_mode="passthrough", enc_time_base="demux",
            **{"frames:v": FRAMES},
        ), subject=source.name)  # fmt: skip
        try:
            mark_file(
                plain, marked, SIGNATURE, KEY, psnr_db=PSNR_DB, encoding=Encoding("libx264", 18)
            )
        except AfterimageError as error:
            print(f"refused: {source.name}: {error}", file=sys.stderr)
            return {}
        frames = at_its_own_size(marked)
        return {change.name: after(change, frames, received) for change in CHANGES}


def at_its_own_size(path: Path) -> Frames:
    """Read a file at its own size, less a row or column if there is an odd number of them."""
    video = stored(path)
    geometry = Geometry(video.width // 2 * 2, video.height // 2 * 2)
    return read(path, geometry, max_frames=FRAMES, fps=Fraction(25))


def after(change: Change, marked: Frames, received: Path) -> tuple[bool, float]:
    """Tell whether a mark was found after a change, and its z."""
    try:
        write_bytes(received, Codec(crf=change.crf).encode(change.edited(marked)))
        verdict = detect_file(received, SIGNATURE, KEY, excerpt=change.excerpt)
    except AfterimageError as error:
        print(f"not found: {change.name}: {error}", file=sys.stderr)  # nothing was left of it
        return False, 0.0
    return verdict.found, verdict.z


if __name__ == "__main__":
    with report_errors():
        main(folders())
