"""The rows of the sweep as they are shown: in the README and in the report."""

import json
from collections.abc import Iterator

from stages.page.results import Row
from stages.pipeline import layout
from stages.pipeline.params import Compress, Sweep

EDITS = {
    "second_generation": "{first}, then {last}",
    "grey": "{first}, then greyscale",
    "shifted": "3 frames lost, {first}",
    "cropped": "5 % cut away and enlarged, {first}",
    "rescaled": "95 % size, {first}",
}


def crf_rows(sweep: Sweep) -> list[Row]:
    """One CRF after the other, from mild to hard."""
    return list(_rows({f"crf{crf}": "{last}" for crf in sorted(sweep.crf)}))


def other_rows(sweep: Sweep, compress: Compress) -> list[Row]:
    """Other encoders, then edits."""
    encoders: dict[str, str] = {encoder: f"{encoder}, {{last}}" for encoder in sweep.encoders}
    edits = {edit: EDITS[edit] for edit in sweep.edits}
    return list(_rows(encoders | edits, first=f"CRF {compress.crf}"))


def _rows(labels: dict[str, str], first: str = "") -> Iterator[Row]:
    for name, label in labels.items():
        found = json.loads(layout.sweep_metrics(name).read_text(encoding="utf-8"))
        yield Row(name, label.format(first=first, last=f"CRF {found['crf']}"), found)
