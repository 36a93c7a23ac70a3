"""The alignments that a detector tries."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SearchRange:
    """The bounds of a search; each alignment in it is one more attempt in the union bound.

    Attributes
    ----------
    frames : greatest shift in time, either way.
    zoom_percent : greatest enlargement about the centre, in steps of 1 %.
    """

    frames: int = 0
    zoom_percent: int = 0

    @property
    def shifts(self) -> range:
        """Every shift: frames missing from the start, or, below 0, put in front of it."""
        return range(-self.frames, self.frames + 1)

    @property
    def zooms(self) -> tuple[float, ...]:
        """Every enlargement, from none."""
        return tuple(1 + percent / 100 for percent in range(self.zoom_percent + 1))

    @property
    def attempts(self) -> int:
        """The number of alignments: each shift with each enlargement."""
        return len(self.shifts) * len(self.zooms)
