"""The statistic of marked and of unmarked clips, and the threshold between them."""

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from stages.page.theme import INK, OTHER, OURS, chart, legend_above

_BINS = 30


def scores(marked: Sequence[float], unmarked: Sequence[float], threshold: float) -> str:
    """Draw histograms of ``z`` under the right key, and the threshold."""
    low, high = min(*marked, *unmarked), max(*marked, *unmarked)
    width = max(0.5, math.ceil((high - low) / _BINS * 2) / 2)
    edges = [width * step for step in range(math.floor(low / width), math.ceil(high / width) + 2)]

    def draw(axes: Axes) -> None:
        for values, colour, label in ((unmarked, OTHER, "unmarked"), (marked, OURS, "marked")):
            axes.hist(values, edges, color=colour, alpha=0.75, label=f"{label} ({len(values)})")
        axes.axvline(threshold, color=INK, linewidth=1.2, label=f"threshold {threshold:.2f}")
        axes.set(xlabel="z", ylabel="clips")
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(visible=False, axis="x")
        legend_above(axes)

    return chart("scores", draw)
