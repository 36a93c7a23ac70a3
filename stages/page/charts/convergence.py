"""The progress of CMA-ES, beside its starting point x0."""

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
    """Draw the objective by generation: of x0 in each too, for keys change in between."""
    generations = [step.generation for step in steps]

    def draw(axes: Axes) -> None:
        axes.plot(generations, [step.mean for step in steps], "o-", color=OURS, label="mean")
        axes.plot(generations, [step.median for step in steps], "s-", color=OTHER, label="median")
        axes.plot(generations, [step.x0 for step in steps], "^:", color=MUTED, label="x0")
        for line in axes.lines:
            line.set_markersize(4)
        axes.set(xlabel="generation", ylabel="objective (training clips)")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        legend_above(axes)

    return chart("convergence", draw)
