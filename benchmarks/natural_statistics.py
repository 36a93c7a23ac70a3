"""The drawn clips beside real footage, in what makes a clip easy or hard for a codec.

``python -m benchmarks.natural_statistics DIR``

Prints, for the drawn clips and for the videos of a folder, the median and the 5th, 25th, 75th and
95th percentiles of what matters to a codec.
"""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.command_line import folder
from benchmarks.footage import FRAMES, clips, load
from stages.common.command_line import report_errors
from stages.pipeline.params.file import load_params
from stages.pipeline.processes import processes
from stages.sources.synthetic.drawing import draw
from stages.video.codec import Codec
from stages.video.frames import Frames
from stages.video.quality import psnr_rgb

PERCENTILES = (5, 25, 50, 75, 95)


def main(directory: Path) -> None:
    synthetic = load_params().fetch.model_dump()["synthetic"]
    with processes() as pool:
        seeds = [(index, synthetic["seed"]) for index in range(synthetic["natural"])]
        drawn = pd.DataFrame(list(pool.map(of_drawn, seeds)))
        real = pd.DataFrame(list(pool.map(of_file, clips([directory]))))
    print(f"{'':24}{'':10}" + "".join(f"{f'{p} %':>10}" for p in PERCENTILES))
    for name in real.columns:
        for label, table in (("real", real), ("drawn", drawn)):
            values = np.percentile(table[name], PERCENTILES)
            print(f"{name:24}{label:10}" + "".join(f"{value:10.4g}" for value in values))
    print(f"{len(real)} real clips, {len(drawn)} drawn ones, up to {FRAMES} frames, 320x240")


def of_drawn(which: tuple[int, int]) -> dict[str, float]:
    index, seed = which
    return statistics(draw("natural", index, FRAMES, seed))


def of_file(path: Path) -> dict[str, float]:
    return statistics(load(path))


def statistics(frames: Frames) -> dict[str, float]:
    """The statistics that make a clip easy or hard for a codec."""
    luma = frames.plane("Y").astype(float)
    row: dict[str, float] = {}
    for crf in (28, 40):
        codec = Codec(crf=crf)
        encoded = codec.encode(frames)
        row[f"bits/pixel at CRF {crf}"] = 8 * len(encoded) / luma.size
        row[f"PSNR at CRF {crf}, dB"] = psnr_rgb(frames, codec.decode(encoded, frames))
    row["spectrum slope"] = float(np.mean([slope(luma[i]) for i in (0, len(luma) // 2, -1)]))
    row["mean frame difference"] = float(np.abs(np.diff(luma, axis=0)).mean())
    row["contrast of Y"] = float(luma.std(axis=(1, 2)).mean())
    row["contrast of U"] = float(frames.plane("U").std(axis=(1, 2)).mean())
    row["contrast of V"] = float(frames.plane("V").std(axis=(1, 2)).mean())
    return row


def slope(picture: np.ndarray) -> float:
    """Slope of log power against log frequency, radially averaged; -2 to -3.5 in nature."""
    height, width = picture.shape
    window = np.hanning(height)[:, None] * np.hanning(width)
    power = np.abs(np.fft.fft2((picture - picture.mean()) * window)) ** 2
    radius = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.fftfreq(width))
    edges = np.geomspace(0.02, 0.45, 15)
    levels = [power[(radius >= low) & (radius < high)].mean() for low, high in pairwise(edges)]
    return float(
        np.polyfit(np.log(edges[1:] * edges[:-1]) / 2, np.log(np.array(levels) + 1e-9), 1)[0]
    )


if __name__ == "__main__":
    with report_errors():
        main(folder())
