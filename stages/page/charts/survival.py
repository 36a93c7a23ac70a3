"""The share of marks found, with exact intervals: over the CRF, and after everything else."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from stages.page.theme import MUTED, OURS, SERIES, chart, legend_above

_LINE_HEIGHT = 26
# The first of the series has the colour of ours.
_BASELINES = SERIES[1:]
# Of the legend; baselines have long names.
_COLUMNS, _LEGEND_HEIGHT = 3, 14


@dataclass(frozen=True)
class Share:
    """A share of marks found, with its exact interval, all 0 to 1.

    ``label`` and ``crf`` say what the marks went through.
    """

    label: str
    crf: int
    tpr: float
    low: float
    high: float

    @property
    def whiskers(self) -> list[list[float]]:
        """Return the lengths of the interval below and above, in Matplotlib's form."""
        return [[self.tpr - self.low], [self.high - self.tpr]]


def over_crf(ours: Sequence[Share], baselines: Sequence[Share], trained_at: int) -> str:
    """Draw TPR against CRF: ours as a line, each baseline as a point."""

    def draw(axes: Axes) -> None:
        axes.axvline(trained_at, color=MUTED, linewidth=1, linestyle=":")
        path = sorted(ours, key=lambda share: share.crf)
        crfs, rates = [share.crf for share in path], [share.tpr for share in path]
        axes.plot(crfs, rates, color=OURS, label="ours")
        for share in path:
            axes.errorbar(
                share.crf, share.tpr, share.whiskers, color=OURS, fmt="o", markersize=4, capsize=3
            )
        for index, share in enumerate(baselines):
            # Side by side, for they were measured at the same CRF.
            place = share.crf + 0.7 * (index + 1)
            axes.errorbar(
                place, share.tpr, share.whiskers, color=_BASELINES[index % len(_BASELINES)],
                fmt="Ds^vPX*"[index % 7], markersize=4, capsize=2, label=share.label,
            )  # fmt: skip
        axes.set(xlabel="CRF (higher: compressed harder)", ylabel="marks found", ylim=(-0.03, 1.03))
        axes.yaxis.set_major_formatter(PercentFormatter(1))
        legend_above(axes, _COLUMNS)

    return chart("survival", draw, top=34 + _LEGEND_HEIGHT * (len(baselines) // _COLUMNS))


def over_channels(rows: Sequence[Share]) -> str:
    """Draw TPR after other encoders and edits: one line each."""

    def draw(axes: Axes) -> None:
        for line, share in enumerate(rows):
            axes.errorbar(
                share.tpr, line, xerr=share.whiskers, color=OURS, fmt="o", markersize=4, capsize=3
            )
        axes.set(xlabel="marks found", xlim=(-0.03, 1.03), ylim=(len(rows) - 0.5, -0.5))
        axes.set_yticks(range(len(rows)), [share.label for share in rows])
        axes.xaxis.set_major_formatter(PercentFormatter(1))
        axes.grid(visible=False, axis="y")

    height = 60 + _LINE_HEIGHT * len(rows)
    return chart("others", draw, left=178, top=10, height=height)
