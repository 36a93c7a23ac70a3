"""Metrics and tables on disk."""

import json

import pandas as pd
import pytest

from stages.pipeline.metrics import write_metrics, write_table


def test_metrics_are_rounded_and_end_with_a_line(tmp_path):
    write_metrics(
        tmp_path / "m.json", {"a": 1 / 3, "b": 2, "c": -0.0, "d": 1e-6, "g": {"x": 2 / 3}}
    )
    text = (tmp_path / "m.json").read_text()
    assert json.loads(text) == {"a": 0.333333, "b": 2, "c": 0.0, "d": 1e-6, "g": {"x": 0.666667}}
    assert text.endswith("}\n")
    assert "-0" not in text.replace("1e-06", "")


def test_a_metric_that_is_no_number_is_refused(tmp_path):
    with pytest.raises(ValueError, match="JSON"):
        write_metrics(tmp_path / "m.json", {"a": float("nan")})
    assert not list(tmp_path.iterdir())


def test_tables_are_csv(tmp_path):
    write_table(tmp_path / "t.csv", [{"id": "a, b", "z": 1 / 3}, {"id": "c", "z": 2.0}])
    table = pd.read_csv(tmp_path / "t.csv")
    assert table["id"].tolist() == ["a, b", "c"]
    assert table["z"].tolist() == [0.333333, 2.0]
