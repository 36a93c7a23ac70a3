"""How CMA-ES got on."""

from collections.abc import Sequence
from itertools import accumulate

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from stages.page.theme import MUTED, OTHER, OURS, chart, legend_above


def convergence(best: Sequence[float], median: Sequence[float]) -> str:
    """The objective by generation; the first is the hand-set start.

    Parameters
    ----------
    best, median : of the candidates of each generation.
    """
    generations = range(len(best))

    def draw(axes: Axes) -> None:
        axes.axhline(best[0], color=MUTED, linewidth=1, linestyle=":")
        axes.step(
            generations, [*accumulate(best, max)], where="post", color=OURS, label="best so far"
        )
        axes.plot(generations, best, "o", color=OURS, markersize=4, label="best")
        axes.plot(generations, median, "s-", color=OTHER, markersize=3, label="median")
        axes.set(xlabel="generation", ylabel="objective (training clips)")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        legend_above(axes)

    return chart("convergence", draw)
