"""The public impostor model of ``stages/own/comparison.py``, from the embedded clips.

``python -m benchmarks.impostor_model [DIR...]``

Hashes drawn natural clips, fits the model to their distances, and halves its degrees of freedom.
Folders of real recordings are held against the result: they have no say in it.
"""

from pathlib import Path

import numpy as np

from benchmarks.command_line import folders
from benchmarks.footage import clips, load, markdown
from stages.common.command_line import report_errors
from stages.fingerprint.distance import Bits, impostor_distances
from stages.fingerprint.impostors import ImpostorModel, fit
from stages.fingerprint.recipe import fingerprint, recipe
from stages.own.comparison import RECIPE
from stages.pipeline.processes import processes
from stages.pipeline.workers import map_items
from stages.sources.synthetic.drawing import draw

BITS = recipe(RECIPE).bits
CLIPS, FRAMES, SEED = 200, 4, 7
# Unrelated videos are let spread the square root of two wider than the drawn ones do.
CAUTION = 2


def main(directories: list[Path]) -> None:
    with processes() as pool:
        drawn = impostor_distances(map_items(pool, of_drawn, range(CLIPS), label="drawn clips"))
        real = [
            map_items(pool, of_file, clips([folder]), label=folder.name) for folder in directories
        ]
    shown = fit(drawn, BITS)
    public = ImpostorModel(BITS, round(shown.mean, 4), round(shown.freedom / CAUTION))
    samples = [("drawn", drawn), *(("real", impostor_distances(hashes)) for hashes in real)]
    print(f"IMPOSTORS = {public}\n")
    print(markdown([row(name, sample, public) for name, sample in samples]))


def of_drawn(index: int) -> Bits:
    return fingerprint(draw("natural", index, FRAMES, SEED))


def of_file(path: Path) -> Bits:
    return fingerprint(load(path))


def row(name: str, sample: np.ndarray, public: ImpostorModel) -> dict[str, str]:
    """Describe a sample: its own model, and the threshold of that beside the public one's."""
    model = fit(sample, BITS)
    return {
        "clips": name,
        "pairs": f"{sample.size}",
        "least": f"{sample.min()}",
        "median": f"{np.median(sample):g}",
        "mean share": f"{model.mean:.4f}",
        "degrees of freedom": f"{model.freedom:.0f}",
        "threshold for 1e-6, own model": f"{model.threshold(1e-6)}",
        "public model": f"{public.threshold(1e-6)}",
    }


if __name__ == "__main__":
    with report_errors():
        main(folders(least=0))
