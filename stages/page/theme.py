"""The common look of the charts, and their way onto the page as SVG."""

import io
import re
from collections.abc import Callable

import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# Matplotlib draws in these colours; on the page they are CSS variables, so that one chart is for
# light and for dark.
INK, MUTED, GRID = "#000001", "#000002", "#000003"
OURS, OTHER = "#000004", "#000005"
# From the mildest to the hardest of what is compared.
RAMP = ("#000010", "#000011", "#000012", "#000013", "#000014", "#000015", "#000016")
# Things without an order.
SERIES = ("#000020", "#000021", "#000022", "#000023", "#000024", "#000025", "#000026")
_VARIABLES = {
    INK: "ink", MUTED: "muted", GRID: "grid", OURS: "ours", OTHER: "other",
    **{colour: f"ramp-{index}" for index, colour in enumerate(RAMP)},
    **{colour: f"series-{index}" for index, colour in enumerate(SERIES)},
}  # fmt: skip

# In points, which become pixels of a phone; wider screens enlarge.
WIDTH, HEIGHT = 360, 250
_POINTS_PER_INCH = 72

_STYLE = {
    "axes.axisbelow": True,
    "axes.edgecolor": MUTED,
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.labelsize": 10,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.unicode_minus": True,
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "legend.borderaxespad": 0,
    "legend.columnspacing": 1.2,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "legend.handlelength": 1.4,
    "legend.labelcolor": INK,
    "lines.linewidth": 1.8,
    "path.simplify": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "afterimage",
    "text.color": INK,
    "text.parse_math": False,
    "xtick.color": MUTED,
    "xtick.labelcolor": INK,
    "xtick.labelsize": 9,
    "ytick.color": MUTED,
    "ytick.labelcolor": INK,
    "ytick.labelsize": 9,
}


def chart(
    name: str, draw: Callable[[Axes], None], *, left: int = 48, top: int = 34, height: int = HEIGHT
) -> str:
    """Draw a chart as SVG, for a page that has the CSS variables.

    Parameters
    ----------
    name : of the chart, unique on the page.
    draw : puts the data onto the axes.
    left, top : room for labels beside, and for a legend above the axes, in points.
    height : of the whole, in points.
    """
    bottom, right = 40, 12
    # Whatever matplotlibrc the user has.
    with matplotlib.style.context(["default", _STYLE]):
        figure = Figure(figsize=(WIDTH / _POINTS_PER_INCH, height / _POINTS_PER_INCH))
        box = (
            left / WIDTH,
            bottom / height,
            1 - (left + right) / WIDTH,
            1 - (bottom + top) / height,
        )
        draw(figure.add_axes(box))
        written = io.StringIO()
        figure.savefig(written, format="svg", transparent=True)
    return _for_the_page(written.getvalue(), name)


def legend_above(axes: Axes, columns: int = 4) -> None:
    """Name the series above the axes, in columns from the left edge of the chart."""
    left = -axes.get_position().x0 / axes.get_position().width
    axes.legend(loc="lower left", bbox_to_anchor=(left, 1.04), ncols=columns)


def _for_the_page(svg: str, name: str) -> str:
    """Cut out the ``<svg>`` element, and give it the page's colours and ids of its own."""
    element = svg[svg.index("<svg") :]
    element = re.sub(r"<metadata>.*?</metadata>\s*", "", element, flags=re.DOTALL)
    element = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", element)
    element = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", element, count=1)
    for colour, variable in _VARIABLES.items():
        element = element.replace(colour, f"var(--{variable})")
    return _named_by_order(element, name).strip()


def _named_by_order(element: str, name: str) -> str:
    """Number the ids in order: Matplotlib's are hashes of floats down to the last bit."""
    used = dict.fromkeys(re.findall(r'(?:url\(#|href="#)([^)"]+)', element))
    names = {old: f"{name}-{index}" for index, old in enumerate(used)}
    element = re.sub(
        r' id="([^"]+)"',
        lambda match: f' id="{names[match[1]]}"' if match[1] in names else "",
        element,
    )
    return re.sub(
        r'(url\(#|href="#)([^)"]+)', lambda match: f"{match[1]}{names[match[2]]}", element
    )
