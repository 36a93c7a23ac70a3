"""The README's figure: signatures found over the CRF, in colours for light and for dark pages."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from stages.page import theme
from stages.page.charts.survival import Share
from stages.page.theme import OURS, SERIES, WIDTH, chart, legend_above

STYLE_SHEET = Path(theme.__file__).with_name("page.css")
_HEIGHT = 220
# Pixels for each point of the chart where nobody says how wide to show it.
_SCALE = 2
_FONTS = "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', Helvetica, Arial, sans-serif"
# Points at the same CRF stand side by side, so that their intervals do not hide each other.
_STEP = 0.6
# By the method's place; the first of each is ours.
_MARKERS = "os^Dv"


def survival_figures(ours: Sequence[Share], peers: Mapping[str, Sequence[Share]]) -> dict[str, str]:
    """Draw the figure as SVG, once for each scheme of colours: ``light`` and ``dark``.

    Parameters
    ----------
    ours : shares of marks found, one for each CRF of the sweep.
    peers : the same of other methods by their names, at the CRFs at which they were measured.
    """
    drawing = _survival(ours, peers)
    return {scheme: _standalone(drawing, colours) for scheme, colours in palettes().items()}


def palettes() -> dict[str, dict[str, str]]:
    """Read the page's colours for light and for dark, by the names of the CSS variables."""
    style = STYLE_SHEET.read_text(encoding="utf-8")
    light, dark = (
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
        for block in re.findall(r":root \{(.*?)\}", style, flags=re.DOTALL)
    )
    return {"light": light, "dark": light | dark}


def _survival(ours: Sequence[Share], peers: Mapping[str, Sequence[Share]]) -> str:
    """Draw our shares as a line, and those of each other method as points."""

    def draw(axes: Axes) -> None:
        path = sorted(ours, key=lambda share: share.crf)
        axes.plot([share.crf for share in path], [share.tpr for share in path], color=OURS)
        _points(axes, path, "ours", aside=0, colour=OURS, marker="o")
        for index, (name, shares) in enumerate(peers.items(), start=1):
            _points(
                axes,
                shares,
                name,
                aside=_STEP * index,
                colour=SERIES[index],
                marker=_MARKERS[index],
            )
        axes.set(xlabel="CRF (higher: compressed harder)", ylabel="marks found", ylim=(-0.03, 1.03))
        axes.yaxis.set_major_formatter(PercentFormatter(1))
        axes.set_xticks([share.crf for share in path])
        legend_above(axes, 1 + len(peers))

    return chart("readme", draw, height=_HEIGHT)


def _points(
    axes: Axes, shares: Sequence[Share], name: str, *, aside: float, colour: str, marker: str
) -> None:
    """Draw shares with their exact intervals, ``aside`` from their CRFs."""
    whiskers = [[share.tpr - share.low for share in shares],
                [share.high - share.tpr for share in shares]]  # fmt: skip
    axes.errorbar(
        [share.crf + aside for share in shares], [share.tpr for share in shares], whiskers,
        color=colour, fmt=marker, markersize=4, capsize=3, label=name,
    )  # fmt: skip


def _standalone(drawing: str, colours: Mapping[str, str]) -> str:
    """Turn a chart of the page into a file of its own, which has no style sheet."""
    size = f'width="{_SCALE * WIDTH}" height="{_SCALE * _HEIGHT}"'
    drawing = drawing.replace("<svg ", f"<svg {size} ", 1).replace("'DejaVu Sans'", _FONTS)
    return re.sub(r"var\(--([\w-]+)\)", lambda match: colours[match[1]], drawing) + "\n"
