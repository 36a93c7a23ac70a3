"""The rows of the sweep as people read them, in the README and in the report.

Each function takes the metrics of some rows by the rows' names.
"""

from collections.abc import Mapping

from stages.page.results import Metrics, Row
from stages.video.edit import edit


def crf_rows(metrics: Mapping[str, Metrics]) -> list[Row]:
    """Label the rows of the encoder under test, and sort them from mild to hard."""
    rows = [Row(name, _crf(row["crf"]), row) for name, row in metrics.items()]
    return sorted(rows, key=lambda row: int(row.metrics["crf"]))


def encoder_rows(metrics: Mapping[str, Metrics]) -> list[Row]:
    """Label the rows of other encoders, which are named after them."""
    return [Row(name, f"{name}, {_crf(row['crf'])}", row) for name, row in metrics.items()]


def edit_rows(metrics: Mapping[str, Metrics], first_crf: int) -> list[Row]:
    """Label the rows of edits, which are named after them.

    ``first_crf`` is the CRF of the first encoding; that of the last is in the metrics.
    """
    return [
        Row(name, edit(name).label.format(first=_crf(first_crf), last=_crf(row["crf"])), row)
        for name, row in metrics.items()
    ]


def _crf(crf: int) -> str:
    return f"CRF {crf}"
