"""Metrics and tables on disk: rounded, and without anything that is not a result."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from stages.common.files import write_text

# Enough for any reader, too few for the last bits of a processor's own arithmetic.
_DIGITS = 6


# A number, or numbers by name.
Metric = float | int | Mapping[str, "Metric"]


def write_metrics(path: Path, metrics: Mapping[str, Metric]) -> None:
    """Write numbers, or named groups of them, as JSON.

    Raises ``ValueError`` at a number that JSON does not have, such as NaN.
    """
    write_text(path, json.dumps(_rounded(metrics), indent=2, allow_nan=False) + "\n")


def read_metrics(path: Path) -> dict[str, Any]:
    """Read what ``write_metrics`` wrote."""
    metrics: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return metrics


def write_table(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows as CSV, with the columns of the first row in its order."""
    table = pd.DataFrame([_rounded(row) for row in rows])
    write_text(path, table.to_csv(index=False, lineterminator="\n"))


def _rounded(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}") + 0.0
    return value
