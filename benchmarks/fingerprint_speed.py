"""How fast a file is fingerprinted, against decoding it and doing nothing.

``python -m benchmarks.fingerprint_speed DIR``

Both run on the same cores with the same one-threaded decoder of the bundled ffmpeg, each file in
turn, the two alternating; the better of some rounds counts. Hashing alone is held against the
earlier recipe, frame for frame. Run it on a machine that does nothing else.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.footage import clips, load, markdown
from stages.fingerprint.recipe import RECIPES, fingerprint, fingerprint_file
from stages.video.ffmpeg import executable
from stages.video.frames import Frames, stream
from stages.fingerprint.recipe import GEOMETRY

ROUNDS = 3
TARGET, TARGET_OVER_CLASSIC = 0.6, 5


def main(directory: Path) -> None:
    paths = clips([directory])
    frames = sum(1 for path in paths for _ in stream(path, GEOMETRY))
    bare, whole = 0.0, 0.0
    for path in paths:
        seconds = [(timed(decode, path), timed(fingerprint_file, path)) for _ in range(ROUNDS)]
        bare += min(one for one, _ in seconds)
        whole += min(one for _, one in seconds)
    hashing = {recipe: rate_of_hashing(recipe, [load(path) for path in paths[:8]]) for recipe in RECIPES}
    gain = hashing["afterimage"] / hashing["classic"]
    print(
        markdown(
            [
                {"what": "bare decoding", "frames/s": f"{frames / bare:.0f}", "ratio": ""},
                {
                    "what": "decoding and fingerprinting",
                    "frames/s": f"{frames / whole:.0f}",
                    "ratio": f"{bare / whole:.2f} of bare decoding (target {TARGET})",
                },
                {"what": "hashing, earlier recipe", "frames/s": f"{hashing['classic']:.0f}", "ratio": ""},
                {
                    "what": "hashing, ours",
                    "frames/s": f"{hashing['afterimage']:.0f}",
                    "ratio": f"{gain:.1f} times the earlier (target {TARGET_OVER_CLASSIC})",
                },
            ]
        )
    )
    print(f"\n{len(paths)} real clips, {frames} frames, {os.cpu_count()} cores")


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


def rate_of_hashing(recipe: str, clips: list[Frames]) -> float:
    """Frames a second, decoded already."""
    started = time.perf_counter()
    for frames in clips:
        fingerprint(frames, recipe)
    return sum(map(len, clips)) / (time.perf_counter() - started)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m benchmarks.fingerprint_speed DIR")
    main(Path(sys.argv[1]))
