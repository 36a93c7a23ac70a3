"""What a marked file may go through and still be found by the command for own videos.

``python -m benchmarks.own_video DIR...``

The first frames of each video are marked at their own size, by the hand-set spectrum and without a
search, and go through one change and H.264 at CRF 28 each.
"""

import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.command_line import folders
from benchmarks.footage import clips, heading, markdown
from stages.common.command_line import report_errors
from stages.common.errors import AfterimageError
from stages.common.statistics import exact_interval
from stages.own.container.remake import Encoding
from stages.own.detect_file import detect_file
from stages.own.mark_file import mark_file
from stages.pipeline.processes import processes
from stages.signature.search.space import hand_set_vector, to_signature
from stages.video.ffmpeg import file_input, run

FRAMES = 150
PSNR_DB = 45.0
KEY = b"a key for this benchmark alone"
SIGNATURE = to_signature(hand_set_vector(), "balanced")


@dataclass(frozen=True)
class Change:
    """What happens to a marked file: a filter on its way to an encoder."""

    name: str
    filtered: Callable[[Any], Any] = lambda stream: stream
    crf: int = 28
    excerpt: bool = False


def scaled(factor: float) -> Callable[[Any], Any]:
    def filtered(stream: Any) -> Any:
        sides = (f"trunc({side}*{factor}/2)*2" for side in ("iw", "ih"))
        return stream.filter("scale", *sides)

    return filtered


def sized(width: int, height: int) -> Callable[[Any], Any]:
    return lambda stream: stream.filter("scale", width, height)


def cropped(share: float) -> Callable[[Any], Any]:
    def filtered(stream: Any) -> Any:
        return stream.filter("crop", f"iw*{1 - share}", f"ih*{1 - share}").filter(
            "scale", "trunc(iw/2)*2", "trunc(ih/2)*2"
        )

    return filtered


CHANGES = (
    Change("none"),
    Change("none, CRF 35", crf=35),
    Change("none, CRF 40", crf=40),
    Change("to twice the size", scaled(2)),
    Change("to 75 %", scaled(0.75)),
    Change("to half the size", scaled(0.5)),
    Change("to a quarter", scaled(0.25)),
    Change("stretched to 640x360", sized(640, 360)),
    Change("stretched to 320x240", sized(320, 240)),
    Change("stretched to 160x120", sized(160, 120)),
    Change("stretched to 96x72", sized(96, 72)),
    Change("grey", lambda stream: stream.filter("hue", s=0)),
    Change("crop of 2 %", cropped(0.02)),
    Change("crop of 5 %", cropped(0.05)),
    Change("first 37 frames cut", lambda s: s.filter("trim", start_frame=37)),
    Change("first 37 frames cut, --excerpt", lambda s: s.filter("trim", start_frame=37),
           excerpt=True),
    Change("every tenth frame dropped", lambda s: s.filter("select", "mod(n+1,10)")),
)  # fmt: skip


def main(directories: Sequence[Path]) -> None:
    sources = clips(directories)
    with processes() as pool:
        found = [one for one in pool.map(of_clip, sources) if one]
    rows = [row(change.name, [one[change.name] for one in found]) for change in CHANGES]
    left_out = len(sources) - len(found)
    print(f"# {heading(__doc__)}\n\n{markdown(rows)}\n")
    print(
        f"{len(found)} real clips, up to {FRAMES} frames each at their own size, marked at "
        f"{PSNR_DB:g} dB and CRF 18 by the hand-set spectrum, then encoded once more. Found means "
        f"a false accusation in at most 1 of 10^6. {left_out} clips more were refused by `mark`: "
        "too short, small or still."
    )


def row(name: str, verdicts: Sequence[tuple[bool, float]]) -> dict[str, str]:
    """One change: how often the mark was found after it."""
    hits = sum(found for found, _ in verdicts)
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
    """For each change whether the mark of one clip was found after it, and its z; or nothing."""
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
        return {change.name: after(change, marked, received) for change in CHANGES}


def after(change: Change, marked: Path, received: Path) -> tuple[bool, float]:
    """Whether a mark was found after a change, and its z."""
    output = change.filtered(file_input(marked).video).output(
        str(received), vcodec="libx264", crf=change.crf, pix_fmt="yuv420p", threads=1,
        fps_mode="passthrough", enc_time_base="demux",
    )  # fmt: skip
    run(output, subject=change.name)
    try:
        verdict = detect_file(received, SIGNATURE, KEY, excerpt=change.excerpt)
    except AfterimageError as error:
        print(f"not found: {change.name}: {error}", file=sys.stderr)  # nothing was left of it
        return False, 0.0
    return verdict.found, verdict.z


if __name__ == "__main__":
    with report_errors():
        main(folders())
