"""A fingerprint's drift and the distance of different videos, of which neither says much alone."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from stages.page.theme import INK, OTHER, OURS, chart, legend_above

_BIN = 4


def distances(
    drifts: Sequence[int], impostors: Mapping[int, int], threshold: int, bits: int
) -> str:
    """Draw histograms of both, each as shares of its own total, and the threshold between.

    Parameters
    ----------
    drifts : of each clip, in bits.
    impostors : the number of pairs of different recordings by their distance in bits.
    threshold : greatest distance that counts as the same.
    bits : of a fingerprint.
    """
    edges = [step - 0.5 for step in range(0, bits + _BIN + 1, _BIN)]
    pairs = sum(impostors.values())

    def draw(axes: Axes) -> None:
        axes.hist(
            drifts, edges, weights=[1 / len(drifts)] * len(drifts), color=OURS, alpha=0.75,
            label=f"same ({len(drifts)})",
        )  # fmt: skip
        axes.hist(
            list(impostors), edges, weights=[count / pairs for count in impostors.values()],
            color=OTHER, alpha=0.75, label=f"different ({pairs:,} pairs)",
        )  # fmt: skip
        axes.axvline(threshold + 0.5, color=INK, linewidth=1.2, label=f"threshold {threshold}")
        right = max(*drifts, *impostors) + 2 * _BIN
        axes.set(xlabel=f"bits that differ, of {bits}", ylabel="share", xlim=(-_BIN, right))
        axes.yaxis.set_major_formatter(PercentFormatter(1))
        axes.grid(visible=False, axis="x")
        legend_above(axes)

    return chart("distances", draw)


def within(
    drifts: Sequence[int], impostors: Mapping[int, int], bits: int
) -> list[dict[str, float]]:
    """Compute the shares of both within each distance: one minus the FNR, and the FPR, there."""
    pairs = sum(impostors.values())
    return [
        {
            "distance": limit,
            "same": sum(drift <= limit for drift in drifts) / len(drifts),
            "different": sum(n for distance, n in impostors.items() if distance <= limit) / pairs,
        }
        for limit in range(bits + 1)
    ]
