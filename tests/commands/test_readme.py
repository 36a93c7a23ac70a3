"""The generated parts of the documents, and the README's figure."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from stages.commands import readme
from stages.commands.readme_figure import palettes, survival_figures
from stages.common.errors import AfterimageError
from stages.page.charts.survival import Share
from tests.worktree import ROOT

OURS = [Share("CRF 28", 28, 1.0, 0.85, 1.0), Share("CRF 51", 51, 0.5, 0.3, 0.7)]
OTHERS = {"adaptive": [Share("CRF 28", 28, 0.25, 0.1, 0.6)]}


@pytest.fixture(scope="module")
def drawings():
    return survival_figures(OURS, OTHERS)


def test_a_figure_needs_no_style_sheet(drawings):
    for svg in drawings.values():
        root = ElementTree.fromstring(svg)  # noqa: S314 (ours)
        assert int(root.attrib["width"]) > int(root.attrib["height"]) > 0
        assert "var(--" not in svg
        assert "DejaVu" not in svg


def test_the_figures_differ_in_colours_alone(drawings):
    light, dark = (re.sub("#[0-9a-f]{6}", "#", drawings[scheme]) for scheme in ("light", "dark"))
    assert light == dark
    colours = palettes()
    for scheme, svg in drawings.items():
        assert colours[scheme]["ours"] in svg
        assert set(re.findall(r"#[0-9a-f]{6}\b", svg)) <= set(colours[scheme].values())
    assert colours["light"].keys() == colours["dark"].keys()


def test_a_figure_shows_every_crf_and_every_method(drawings):
    texts = re.findall(r">([^<>\n]+)</text>", drawings["light"])
    assert {"28", "51", "ours", "adaptive", "100%", "marks found"} <= set(texts)
    assert "contrastive" not in texts


def test_a_part_is_replaced_between_its_comments():
    text = "a\n<!-- x: made by `make readme` -->\nold\n<!-- end of x -->\nb\n"
    filled = readme.filled(text, {"x": lambda: "new"})
    assert filled == text.replace("old", "new")


def test_a_part_without_comments_is_named():
    with pytest.raises(AfterimageError, match="'x'"):
        readme.replaced("no comments", "x", "new")


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A folder with what the command reads, to work in."""
    for name in ("README.md", "params.yaml", "docs", "metrics", "benchmarks"):
        (tmp_path / name).symlink_to(ROOT / name)
    for name in ("README.md", "docs"):
        (tmp_path / name).unlink()
    (tmp_path / "docs").mkdir()
    for path in [Path("README.md"), *(p.relative_to(ROOT) for p in (ROOT / "docs").iterdir())]:
        (tmp_path / path).write_bytes((ROOT / path).read_bytes())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_check_names_each_stale_document_and_a_run_mends_it(copy, capsys):
    assert readme.main(check=True) == 0
    baselines, figure = copy / "docs/baselines.md", copy / "docs/survival-dark.svg"
    before = baselines.read_bytes()
    baselines.write_text(baselines.read_text("utf-8").replace("median score, proxy", "z"), "utf-8")
    figure.unlink()

    assert readme.main(check=True) == 1
    complaint = capsys.readouterr().err
    assert "docs/baselines.md is not up to date" in complaint
    assert "docs/survival-dark.svg is not up to date" in complaint
    assert "README.md" not in complaint
    assert not figure.exists()

    assert readme.main(check=False) == 0
    assert baselines.read_bytes() == before
    assert readme.main(check=True) == 0


def test_a_changed_metric_makes_the_documents_stale(copy, capsys):
    (copy / "metrics").unlink()
    for path in (ROOT / "metrics").rglob("*.json"):
        target = copy / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    row = copy / "metrics/sweep/crf51.json"
    metrics = json.loads(row.read_text("utf-8"))
    metrics["signature"] |= {"tpr": 0.123, "tpr_ci_low": 0.1}
    row.write_text(json.dumps(metrics), "utf-8")

    assert readme.main(check=True) == 1
    complaint = capsys.readouterr().err
    for name in ("results.md", "survival-light.svg", "survival-dark.svg"):
        assert f"docs/{name}" in complaint
