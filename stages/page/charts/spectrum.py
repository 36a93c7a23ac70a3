"""The learned spectrum: the energy of each carrier over spatial frequency."""

import math
from collections.abc import Sequence

from matplotlib.axes import Axes

from stages.page.theme import SERIES, chart, legend_above
from stages.signature.model.spectrum import Carrier
from stages.video.planes import PLANES

_STEPS = 120
_SPREAD = 3.0
_LABEL_HEIGHT = 14


def spectrum(carriers: Sequence[Carrier]) -> str:
    """Draw a bell for each carrier, as high as its share of the energy."""

    def draw(axes: Axes) -> None:
        for index, carrier in enumerate(carriers):
            frequencies, heights = bell(carrier)
            colour = SERIES[index % len(SERIES)]
            axes.fill_between(frequencies, heights, color=colour, alpha=0.2, linewidth=0)
            axes.plot(frequencies, heights, color=colour, label=described(carrier))
        # Half a cycle per pixel is all that there is.
        low, high = -8, -1
        axes.set(
            xlabel="cycles per luma pixel",
            ylabel="share of energy",
            xlim=(low, high),
            ylim=(0, None),
        )
        axes.set_xticks(range(low, high + 1), [f"1/{2**-step}" for step in range(low, high + 1)])
        legend_above(axes, columns=1)

    top = 12 + _LABEL_HEIGHT * len(carriers)
    return chart("spectrum", draw, top=top, height=210 + top)


def bell(carrier: Carrier) -> tuple[list[float], list[float]]:
    """Compute powers of two of the frequency, in cycles per luma pixel, and the energy at each.

    The carrier's amplitude is a bell over the logarithm of frequency: its square is drawn.
    """
    centre = math.log2(carrier.centre / PLANES[carrier.plane].scale)
    width = carrier.width / math.log(2)
    offsets = [_SPREAD * (2 * step / _STEPS - 1) for step in range(_STEPS + 1)]
    return (
        [round(centre + width * offset, 4) for offset in offsets],
        [round(carrier.share * math.exp(-(offset**2)), 6) for offset in offsets],
    )


def described(carrier: Carrier) -> str:
    """Describe a carrier in a few words."""
    return (
        f"{carrier.plane} {carrier.block}x{carrier.block}, flips every {carrier.half_period}: "
        f"{carrier.share:.0%} of energy, weight {carrier.weight:.2f}"
    )
