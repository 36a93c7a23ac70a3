"""Rate against distortion, with the mark and without."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from stages.page.theme import OTHER, OURS, chart, legend_above


@dataclass(frozen=True)
class RatePoint:
    """A point of the curve: kbit/s, and RGB PSNR in dB against the original."""

    kbps: float
    psnr_db: float


def rate_distortion(unmarked: Sequence[RatePoint], marked: Sequence[RatePoint]) -> str:
    """Draw PSNR over the bitrate, on a logarithmic axis."""

    def draw(axes: Axes) -> None:
        for curve, colour, label in ((unmarked, OTHER, "unmarked"), (marked, OURS, "marked")):
            ordered = sorted(curve, key=lambda point: point.kbps)
            axes.plot(
                [round(math.log2(point.kbps), 6) for point in ordered],
                [point.psnr_db for point in ordered],
                "o-", markersize=4, color=colour, label=label,
            )  # fmt: skip
        axes.set(xlabel="kbit/s", ylabel="PSNR of what arrives, dB")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda power, _: f"{2**power:.3g}"))
        legend_above(axes)

    return chart("rate", draw)
