"""The same bits everywhere: the whole pipeline under one unlike condition after the other.

``python -m tests.robustness.identity`` compares every output of every run with those of a plain
run, and writes the table. Each condition is a switch that anybody can set: its environment
variables, and what stands before ffmpeg's arguments, are in the table.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from stages.sources.synthetic.drawing import SyntheticOffer
from tests.project import (
    CountedFfmpeg,
    bits,
    bundled_ffmpeg,
    copy,
    repro,
    small_project,
)
from tests.robustness.table import TrialRow, announce, report
from tests.worktree import environment

# What NumPy would choose at run time, on this machine, beyond its baseline.
NUMPY_FEATURES = " ".join(np.show_config(mode="dicts")["SIMD Extensions"]["found"])

# ffmpeg's own code takes -cpuflags; x264 in it looks at the processor for itself.
CODEC_UP_TO = """
for argument do
  shift
  case $argument in *cpu-independent=1*) argument=$argument:asm={x264};; esac
  set -- "$@" "$argument"
done
set -- -cpuflags {flags} "$@"
"""

X264 = [
    "-f", "lavfi", "-i", "color=size=64x64:duration=0.1",
    "-c:v", "libx264", "-x264-params", "cpu-independent=1", "-f", "null", "-",
]  # fmt: skip

# Every listing of a folder in another order, each time.
SHUFFLED_LISTINGS = """
import os, random
_listdir, _scandir = os.listdir, os.scandir

def listdir(path="."):
    names = _listdir(path)
    random.shuffle(names)
    return names

class scandir:
    def __init__(self, path="."):
        with _scandir(path) as entries:
            self.entries = list(entries)
        random.shuffle(self.entries)
        self.rest = iter(self.entries)
    def __iter__(self):
        return self.rest
    def __next__(self):
        return next(self.rest)
    def __enter__(self):
        return self
    def __exit__(self, *error):
        pass
    def close(self):
        pass

os.listdir, os.scandir = listdir, scandir
"""


@dataclass(frozen=True)
class Condition:
    """One way in which a run is unlike the plain one.

    Attributes
    ----------
    name : what is unlike.
    env : environment variables.
    codec : ffmpeg's ``-cpuflags`` and x264's ``asm``.
    place : where the project lies, below a temporary folder.
    from_root : whether it is run from another current directory.
    shuffled : whether every listing of a folder comes in another order.
    """

    name: str
    env: dict[str, str] = field(default_factory=dict)
    codec: tuple[str, str] | None = None
    place: str = "project"
    from_root: bool = False
    shuffled: bool = False


WORKERS = [
    Condition(f"{count} worker{'s' if count > 1 else ''}", {"AFTERIMAGE_WORKERS": str(count)})
    for count in (1, 2, 8)
]
START_METHODS = [
    Condition(f"start method {method}", {"AFTERIMAGE_START_METHOD": method})
    for method in ("fork", "forkserver")
]
SURROUNDINGS = [
    Condition("hash seed 1", {"PYTHONHASHSEED": "1"}),
    Condition("hash seed 4294967295", {"PYTHONHASHSEED": "4294967295"}),
    Condition("another place, with spaces and umlauts", place="an öther plåce/my project"),
    Condition("another current directory (dvc --cd)", from_root=True),
    Condition(
        "locale C without UTF-8",
        {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ),
    Condition("locale tr_TR: decimal comma, dotless i", {"LC_ALL": "tr_TR.UTF-8"}),
    Condition("time zone Asia/Kathmandu", {"TZ": "Asia/Kathmandu"}),
    Condition("time zone America/St_Johns", {"TZ": "America/St_Johns"}),
    Condition("listings of folders shuffled", shuffled=True),
]
NO_AVX_C_LIBRARY = "glibc.cpu.hwcaps=-AVX2,-FMA,-AVX512F,-AVX512VL,-AVX512BW,-AVX512DQ,-AVX512CD"
PROCESSORS = [
    Condition("NumPy without AVX2 and AVX-512", {"NPY_DISABLE_CPU_FEATURES": NUMPY_FEATURES}),
    Condition("OpenBLAS as on Haswell (AVX2)", {"OPENBLAS_CORETYPE": "Haswell"}),
    Condition("OpenBLAS as on Nehalem (SSE4.2)", {"OPENBLAS_CORETYPE": "Nehalem"}),
    Condition(
        "OpenCV without AVX2 and AVX-512", {"OPENCV_CPU_DISABLE": "AVX512-SKX,AVX2,FP16,AVX"}
    ),
    Condition("C library without AVX2, FMA and AVX-512", {"GLIBC_TUNABLES": NO_AVX_C_LIBRARY}),
    Condition("codec up to AVX2", codec=("avx2", "AVX2")),
    Condition("codec up to SSE4.2", codec=("sse4.2", "SSE4.2")),
    Condition("codec in plain C", codec=("0", "0")),
]
EVERYTHING = Condition(
    "everything at once",
    {
        **{name: value for condition in SURROUNDINGS for name, value in condition.env.items()},
        **{name: value for condition in PROCESSORS for name, value in condition.env.items()},
        "AFTERIMAGE_WORKERS": "3",
        "AFTERIMAGE_START_METHOD": "fork",
    },
    codec=("sse4.2", "SSE4.2"),
    place="an öther plåce/my project",
    from_root=True,
    shuffled=True,
)
CONDITIONS = [*WORKERS, *START_METHODS, *SURROUNDINGS, *PROCESSORS, EVERYTHING]

NOTES = """
Each row is a `dvc repro` of every stage on a small data set, in a copy without a cache; compared
are all outputs in `dvc.lock` and all metrics. The switches:

{switches}

Each switch of a library was seen to be obeyed, and to change what the library reports or
computes{idle}. Not switched: libvmaf, which has no such switch (VMAF is rounded to six digits
where it is written, in `stages/pipeline/metrics.py`), and other processors than x86-64, which
were not there.
"""


def limited_codec(codec: tuple[str, str], folder: Path) -> CountedFfmpeg:
    """Make an ffmpeg that uses no more of the processor than is said, nor does its x264."""
    cpuflags, x264 = codec
    before = CODEC_UP_TO.format(flags=cpuflags, x264=x264)
    return CountedFfmpeg(folder, bundled_ffmpeg(), before)


def run_under(condition: Condition, project: Path, folder: Path) -> dict[str, str]:
    """Run a fresh copy of a project under a condition, and return the bits that it makes."""
    place = folder / condition.place
    place.parent.mkdir(parents=True, exist_ok=True)
    copy(project, place)
    env = dict(condition.env)
    if "tr_TR.UTF-8" in env.values():
        # Few machines have it; it takes a second to make.
        locales = ["localedef", "-i", "tr_TR", "-f", "UTF-8", str(folder / "tr_TR.UTF-8")]
        subprocess.run(locales, check=True)
        env["LOCPATH"] = str(folder)
    if condition.codec:
        env |= limited_codec(condition.codec, folder / "ffmpeg").environment
    if condition.shuffled:
        (folder / "site").mkdir()
        (folder / "site" / "sitecustomize.py").write_text(SHUFFLED_LISTINGS, encoding="utf-8")
        env["PYTHONPATH"] = str(folder / "site")
    if condition.from_root:
        command = ["dvc", "--cd", str(place), "repro"]
        done = subprocess.run(
            command, cwd="/", env=environment(**env), capture_output=True, text=True, check=False
        )
    else:
        done = repro(place, **env)
    assert done.returncode == 0, f"{condition.name}: {done.stdout}\n{done.stderr}"
    return bits(place)


def fill_with_videos(folder: Path) -> None:
    """Fill a folder with videos of our own, for a run in which listings of folders matter."""
    for index in range(6):
        path = folder / f"v_{'ab'[index % 2]}" / f"clip {index}.mkv"
        path.parent.mkdir(parents=True, exist_ok=True)
        SyntheticOffer("natural", index, 12, seed=7).store(path)


def compared(
    conditions: list[Condition], project: Path, folder: Path, suffix: str
) -> Iterator[TrialRow]:
    """Yield a row for each condition: the outputs in which it is unlike the plain run."""
    plain = run_under(Condition("plain"), project, folder / f"plain{suffix}")
    for index, condition in enumerate(conditions):
        outputs = run_under(condition, project, folder / f"{index}{suffix}")
        unlike = sorted(name for name in plain | outputs if plain.get(name) != outputs.get(name))
        happened = (
            f"unlike: {', '.join(unlike)}" if unlike else f"all {len(plain)} outputs the same"
        )
        yield announce(TrialRow(condition.name + suffix, 1, happened, good=not unlike))


SHOW_NUMPY = "import numpy; print(numpy.show_config(mode='dicts')['SIMD Extensions'].get('found'))"
SHOW_OPENBLAS = "import numpy"
SHOW_OPENCV = "import cv2; print(cv2.getCPUFeaturesLine())"
SHOW_C_LIBRARY = "import math; print(hash(tuple(math.sin(x / 64) for x in range(4000))))"
# A program for each switch of a library, and a word of what it shows once the switch is obeyed.
PROOFS: dict[str, tuple[str | list[str], str]] = {
    "NumPy without AVX2 and AVX-512": (SHOW_NUMPY, "None"),
    "OpenBLAS as on Haswell (AVX2)": (SHOW_OPENBLAS, "Core: Haswell"),
    "OpenBLAS as on Nehalem (SSE4.2)": (SHOW_OPENBLAS, "Core: Nehalem"),
    "OpenCV without AVX2 and AVX-512": (SHOW_OPENCV, "AVX2?"),
    "C library without AVX2, FMA and AVX-512": (SHOW_C_LIBRARY, ""),
    "codec up to AVX2": (X264, "AVX2\n"),
    "codec up to SSE4.2": (X264, "SSE4.2\n"),
    "codec in plain C": (X264, "none!"),
}


def is_obeyed(condition: Condition, folder: Path) -> bool:
    """Check that a program shows a switch to be obeyed, and to change something."""
    program, word = PROOFS[condition.name]
    if isinstance(program, list):
        assert condition.codec
        stand_in = limited_codec(condition.codec, folder / condition.name)
        ffmpeg = stand_in.environment["IMAGEIO_FFMPEG_EXE"]
        plain, switched = (_shown([path, *program], {}) for path in (bundled_ffmpeg(), ffmpeg))
    else:
        command = [sys.executable, "-c", program]
        plain, switched = (_shown(command, env) for env in ({}, condition.env))
    return word in switched and switched != plain


def _shown(command: list[str], env: dict[str, str]) -> str:
    verbose = environment(OPENBLAS_VERBOSE="2", PYTHONHASHSEED="0", **env)
    done = subprocess.run(command, env=verbose, capture_output=True, text=True, check=True)
    lines = (done.stdout + done.stderr).splitlines()
    # x264 says a lot, and an address with it.
    named = [line.split("] ")[-1] for line in lines if "using cpu" in line] or lines
    return "\n".join(named) + "\n"


def switches() -> str:
    lines = [
        f"- {switch.name}: `{' '.join(f'{name}={value!r}' for name, value in switch.env.items())}`"
        for switch in (*WORKERS, *START_METHODS, *SURROUNDINGS, *PROCESSORS)
        if switch.env
    ]
    lines += [
        f"- {switch.name}: `ffmpeg -cpuflags {switch.codec[0]} -x264-params asm={switch.codec[1]}`"
        for switch in PROCESSORS
        if switch.codec
    ]
    return "\n".join(lines)


def but(idle: list[str]) -> str:
    return f" (not here: {', '.join(idle)})" if idle else ""


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="afterimage-identity-") as name:
        folder = Path(name)
        idle = [switch.name for switch in PROCESSORS if not is_obeyed(switch, folder)]
        if idle:
            print(f"on this machine these switches change nothing: {', '.join(idle)}", flush=True)
        drawn = small_project(folder / "drawn")
        rows = list(compared(CONDITIONS, drawn, folder, ""))
        listed = small_project(
            folder / "own", {"fetch.source": "folder", "fetch.folder": "data/own"}
        )
        fill_with_videos(listed / "data" / "own")
        of_folder = [EVERYTHING, Condition("listings of folders shuffled", shuffled=True)]
        rows += compared(of_folder, listed, folder, ", a folder of videos")
    same = sum(row.good for row in rows)
    total = TrialRow(
        "The whole pipeline again, under other conditions", len(rows),
        f"{same} of {len(rows)} ended in the same bits", good=same == len(rows),
    )  # fmt: skip
    return report(
        "identity",
        "The same bits everywhere",
        rows,
        total,
        NOTES.format(switches=switches(), idle=but(idle)),
    )


if __name__ == "__main__":
    sys.exit(main())
