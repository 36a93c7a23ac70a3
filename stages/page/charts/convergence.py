"""How CMA-ES got on, beside what it set out from."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from stages.page.theme import MUTED, OTHER, OURS, chart, legend_above


@dataclass(frozen=True)
class Step:
    """The objective in one generation: of x0, of the mean and of the median candidate."""

    generation: int
    x0: float
    mean: float
    median: float


def convergence(steps: Sequence[Step]) -> str:
    """The objective by generation; keys change from one to the next, so the start is in each."""
    generations = [step.generation for step in steps]

    def draw(axes: Axes) -> None:
        axes.plot(generations, [step.mean for step in steps], "o-", color=OURS, label="mean")
        axes.plot(generations, [step.median for step in steps], "s-", color=OTHER, label="median")
        axes.plot(generations, [step.x0 for step in steps], "^:", color=MUTED, label="start")
        for line in axes.lines:
            line.set_markersize(4)
        axes.set(xlabel="generation", ylabel="objective (training clips)")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        legend_above(axes)

    return chart("convergence", draw)
