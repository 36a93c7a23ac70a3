"""What the optimize stage costs, against the bare codec on the same frames as often.

``python -m benchmarks.optimize_overhead DIR``

The stage runs as `dvc repro` runs it, on the videos of the folder and with ``params.yaml``. Counted
are the processor seconds of all its processes. The bare codec is the ffmpeg processes of
``Codec.round_trip`` alone, without this project's side of the pipes, fed with the training clips as
marked by the start, as often and on as many workers; one half before the stage and one after, since
a machine's speed drifts.
"""

import functools
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import yaml

from benchmarks.command_line import folder
from benchmarks.footage import heading, markdown
from benchmarks.processor import children_seconds
from stages.common.command_line import report_errors
from stages.common.errors import AfterimageError
from stages.pipeline.layout import MANIFEST
from stages.pipeline.params import Params
from stages.pipeline.params.file import load_params
from stages.pipeline.processes import count, processes
from stages.pipeline.workers import map_items
from stages.signature.embed.closed_loop import tilts
from stages.signature.embed.conditions import Conditions
from stages.signature.embed.embed import embed
from stages.signature.model.chips import derived_key
from stages.signature.search.evolution import turns
from stages.signature.search.space import Preset, hand_set_vector, to_signature
from stages.signature.settings import conditions, distortion
from stages.video.clips import Clip, of_split, read_manifest, subsample
from stages.video.codec import Codec
from stages.video.frames import Frames

TARGET = 1.25


def main(videos: Path) -> None:
    project = Path.cwd()
    with tempfile.TemporaryDirectory(prefix="afterimage-") as folder:
        os.chdir(folder)
        write_params(project / "params.yaml", videos)
        run_stage("stages.fetch", project)
        params = load_params()
        trips = round_trips(params)
        codec = bare(trips, first_half=True)
        stage = run_stage("stages.optimize", project)
        codec += bare(trips, first_half=False)
        os.chdir(project)
    settings = params.optimize
    rows = [
        ("optimize stage", stage, f"{stage / codec:.3f} (target {TARGET})"),
        ("bare codec", codec, "1"),
    ]
    print(f"# {heading(__doc__)}\n")
    print(
        markdown(
            [
                {"what": what, "processor seconds": f"{seconds:.1f}", "ratio": ratio}
                for what, seconds, ratio in rows
            ]
        )
    )
    print(
        f"\n{settings.generations} generations of {settings.population} candidates, each on "
        f"{settings.clips_per_candidate} of at most {settings.clips} clips, where the start's "
        "closed loop puts the mark; start and mean on all, start and result under "
        f"{settings.confirmations} keys; {params.fetch.width}x{params.fetch.height}, at "
        f"most {params.fetch.max_frames} frames: {sum(t.times for t in trips)} round trips on "
        f"{count()} workers."
    )


@dataclass(frozen=True)
class Trips:
    """A clip that goes through a codec so many times."""

    clip: Clip
    codec: Codec
    times: int


def round_trips(params: Params) -> list[Trips]:
    """Count the round trips that the stage makes, by clip and codec."""
    settings = params.optimize
    survived = conditions(params.compress.codec, params.signature)
    clips = subsample(of_split(read_manifest(MANIFEST), "train"), settings.clips)
    tries = Counter(chain(*turns(settings.population, len(clips), settings.clips_per_candidate)))
    # Start and mean, which in the first generation are the same; start and result, to confirm; and
    # the start once for the baseline offset.
    whole = 2 * settings.generations - 1 + 2 * settings.confirmations + 1
    loops = loop_trips(survived, params.signature.closed_loop, params.signature.preset)
    return [
        Trips(clip, codec, loops[codec] + tried)
        for index, clip in enumerate(clips)
        for codec in survived.codecs
        for tried in [
            settings.generations * tries[index] + whole if codec in survived.extremes.codecs else 0
        ]
    ]


def loop_trips(survived: Conditions, rounds: int, preset: Preset) -> dict[Codec, int]:
    """Count round trips of one clip through each codec, in a closed loop and for its scores.

    The plain mark; and a round is a probe of luma on the mildest codec, one of chroma (counted for
    the hardest, which takes least time), each there and back with either sign, and the mark at
    every tilt.
    """
    signature = to_signature(hand_set_vector(), preset)
    trips = dict.fromkeys(survived.codecs, 2 + rounds * len(tilts(signature)) if rounds else 1)
    trips[survived.mildest] += 2 * rounds * signature.survives_grey
    trips[survived.codecs[-1]] += 2 * rounds
    return trips


def write_params(source: Path, videos: Path) -> None:
    """Write the project's parameters, for other videos."""
    params = yaml.safe_load(source.read_text(encoding="utf-8"))
    params["fetch"] |= {"source": "folder", "folder": str(videos.absolute())}
    Path("params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")


def run_stage(module: str, project: Path) -> float:
    """Run a stage; return the processor seconds of all of its processes."""
    before = children_seconds()
    environment = os.environ | {"PYTHONPATH": str(project)}
    process = subprocess.run([sys.executable, "-m", module], env=environment, check=False)
    if process.returncode != 0:
        raise AfterimageError(f"{module}: exit status {process.returncode}")
    return children_seconds() - before


def bare(trips: Sequence[Trips], *, first_half: bool) -> float:
    """Measure the processor seconds of ffmpeg for half of the round trips."""
    halved = [
        replace(part, times=part.times // 2 if first_half else part.times - part.times // 2)
        for part in trips
    ]
    with processes() as pool:
        return sum(map_items(pool, seconds, halved, label="bare codec", unit="clips and codecs"))


def seconds(trips: Trips) -> float:
    """Measure the processor seconds of ffmpeg alone, for a marked clip's round trips."""
    frames = marked(trips.clip)
    before = children_seconds()
    for _ in range(trips.times):
        trips.codec.round_trip(frames)
    return children_seconds() - before


@functools.lru_cache(maxsize=4)
def marked(clip: Clip) -> Frames:
    """Return a clip with the mark that the search starts from."""
    settings = load_params().signature
    key = derived_key(b"benchmarks/optimize_overhead", clip.id)
    signature = to_signature(hand_set_vector(), settings.preset)
    return embed(clip.read(), signature, key, distortion(settings))


if __name__ == "__main__":
    with report_errors():
        main(folder().absolute())
