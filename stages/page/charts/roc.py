"""The share of marks found, over the proven risk of accusing an innocent video."""

import math
from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, PercentFormatter

from stages.page.theme import MUTED, RAMP, chart, legend_above

# Where the axis ends: a proven risk of one in a million million is small enough for anybody.
LEAST_EXPONENT = -12.0
_A_ROW = 4


def points(z_marked: Sequence[float]) -> list[tuple[float, float]]:
    """Compute the curve: exponents of ten of the proven FPR, and the TPR from each of them on.

    ``P(z >= t) <= exp(-t^2 / 2)``, so the exponent of the bound is ``-t^2 / (2 ln 10)``. Exponents
    beyond the end of the axis are put at its end.
    """
    exponents = sorted(
        max(LEAST_EXPONENT, round(-(max(0.0, z) ** 2) / (2 * math.log(10)), 6)) for z in z_marked
    )
    shares = {exponent: (place + 1) / len(exponents) for place, exponent in enumerate(exponents)}
    return [*({LEAST_EXPONENT: 0.0} | shares | {0.0: 1.0}).items()]


def roc(scores: Mapping[str, Sequence[float]], stated: float) -> str:
    """Draw a curve for each setting, on a logarithmic axis.

    Parameters
    ----------
    scores : ``z`` of the marked clips, by label of what they went through, from mild to hard.
    stated : the proven bound at which marks are counted elsewhere.
    """

    def draw(axes: Axes) -> None:
        axes.axvline(math.log10(stated), color=MUTED, linewidth=1, linestyle=":")
        for index, (label, z_marked) in enumerate(scores.items()):
            colour = RAMP[round(index * (len(RAMP) - 1) / max(1, len(scores) - 1))]
            axes.step(*zip(*points(z_marked), strict=True), where="post", color=colour, label=label)
        axes.set(
            xlabel="false positive rate, at most (proven)",
            ylabel="marks found",
            xlim=(LEAST_EXPONENT, 0),
            ylim=(-0.03, 1.03),
        )
        axes.set_xticks(range(int(LEAST_EXPONENT), 1, 2))
        axes.xaxis.set_major_formatter(FuncFormatter(power_of_ten))
        axes.yaxis.set_major_formatter(PercentFormatter(1))
        legend_above(axes)

    return chart("roc", draw, top=34 + 14 * ((len(scores) - 1) // _A_ROW))


def power_of_ten(exponent: float, _: int | None = None) -> str:
    """Write ``10`` with its exponent raised, in characters: a chart has no other fonts."""
    return "10" + f"{exponent:.0f}".translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
