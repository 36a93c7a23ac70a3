"""How fast a file is fingerprinted, against decoding it and doing nothing.

``python -m benchmarks.fingerprint_speed DIR``

Both run on the same cores with the same one-threaded decoder of the bundled ffmpeg, each file in
turn, the two alternating; the better of some rounds counts. Run it on a machine that does nothing
else. Hashing alone is held against the earlier recipe, frame for frame, in processor time.
"""

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.command_line import folder
from benchmarks.footage import clips, heading, load, markdown
from stages.common.command_line import report_errors
from stages.fingerprint.recipe import fingerprint, recipe
from stages.own.comparison import RECIPE
from stages.own.readings import fingerprint_file
from stages.video.ffmpeg import executable
from stages.video.frames import Frames, stream

ROUNDS = 3
TARGET, TARGET_OVER_EARLIER = 0.6, 5


def main(directory: Path) -> None:
    paths = clips([directory])
    geometry = recipe(RECIPE).file_geometry
    frames = sum(1 for path in paths for _ in stream(path, geometry))
    bare, whole = 0.0, 0.0
    for path in paths:
        seconds = [(timed(decode, path), timed(fingerprint_file, path)) for _ in range(ROUNDS)]
        bare += min(decoding for decoding, _ in seconds)
        whole += min(hashing for _, hashing in seconds)
    few = [load(path) for path in paths[:8]]
    earlier, ours = (rate_of_hashing(name, few) for name in ("classic", RECIPE))
    rows = [
        ("bare decoding", frames / bare, "1"),
        ("decoding and fingerprinting", frames / whole, f"{bare / whole:.2f} (target {TARGET})"),
        ("hashing alone, the earlier recipe", earlier, "1"),
        ("hashing alone, ours", ours, f"{ours / earlier:.1f} (target {TARGET_OVER_EARLIER})"),
    ]
    print(f"# {heading(__doc__)}\n")
    print(
        markdown(
            [
                {"what": what, "frames/s": f"{rate:.0f}", "ratio": ratio}
                for what, rate, ratio in rows
            ]
        )
    )
    print(f"\n{len(paths)} real clips, {frames} frames, {os.cpu_count()} cores.")


def decode(path: Path) -> None:
    subprocess.run(
        [executable(), "-v", "quiet", "-threads", "1", "-i", str(path), "-map", "0:v:0",
         "-fps_mode", "passthrough", "-f", "null", "-"],
        stdin=subprocess.DEVNULL, check=True,
    )  # fmt: skip


def timed(function: Callable[[Path], object], path: Path) -> float:
    started = time.perf_counter()
    function(path)
    return time.perf_counter() - started


def rate_of_hashing(recipe_name: str, clips: list[Frames]) -> float:
    """Measure frames a second of processor time, decoded already."""
    started = time.process_time()
    for frames in clips:
        fingerprint(frames, recipe_name)
    return sum(map(len, clips)) / (time.process_time() - started)


if __name__ == "__main__":
    with report_errors():
        main(folder())
