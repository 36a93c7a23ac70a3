"""`dvc plots`, on its own page, in a real browser and without a network."""

import re
import shutil

import pytest
import yaml

from stages.page.charts.distances import within
from stages.page.charts.roc import points
from stages.pipeline.metrics import write_table
from tests.browser import chromium
from tests.worktree import ROOT, run

PLOTS = [next(iter(plot)) for plot in yaml.safe_load((ROOT / "dvc.yaml").read_text())["plots"]]


@pytest.fixture
def project(worktree):
    """Make a project whose tables are there, and nothing else."""
    shutil.rmtree(worktree / "report", ignore_errors=True)
    tables = worktree / "report" / "tables"
    curves = {28: [9.0, 7.0, 5.0], 40: [5.0, 4.0, 1.0]}
    write_table(
        tables / "roc.csv",
        [
            {"crf": crf, "fpr_bound": 10**exponent, "tpr": tpr}
            for crf, z in curves.items()
            for exponent, tpr in points(z)
        ],
    )
    write_table(
        tables / "frontier.csv",
        [
            {"crf": crf, "tpr": tpr, "tpr_ci_low": tpr - 0.1, "tpr_ci_high": tpr + 0.1}
            for crf, tpr in ((28, 0.9), (40, 0.5))
        ],
    )
    write_table(tables / "drift.csv", within([1, 2, 4], {100: 2, 120: 3}, bits=256))
    write_table(
        worktree / "data" / "optimize_history.csv",
        [{"generation": n, "objective_mean": n / 9, "objective_x0": 0.1} for n in range(4)],
    )
    return worktree


def test_the_plots_are_drawn_without_a_network(project, tmp_path):
    run(project, "dvc", "plots", "show")
    page = project / "dvc_plots" / "index.html"
    assert not re.search(r"<(script|link)[^>]+(src|href)=\"http", page.read_text(encoding="utf-8"))
    with chromium(tmp_path / "profile") as browser:
        browser.open(page)
        drawn = "document.querySelectorAll('.vega-embed canvas, .vega-embed svg.marks').length"
        assert browser.until(f"{drawn} == {len(PLOTS)}")
        assert browser.requests() == [page.as_uri()]
        assert browser.complaints("SEVERE") == []
        assert "Signature, ROC at each CRF" in page.read_text(encoding="utf-8")
