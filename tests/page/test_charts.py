import math
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.page.charts.distances import within
from stages.page.charts.roc import LEAST_EXPONENT, points
from stages.page.charts.spectrum import bell
from stages.page.figures import figures
from stages.page.theme import chart
from stages.signature.detect.bound import false_positive_bound
from stages.signature.model.carriers import carrier_band
from stages.signature.model.spectrum import Carrier


@pytest.fixture(scope="module")
def charts(results):
    return [figure.svg for figure in figures(results)]


def test_every_chart_is_a_picture_with_names_of_its_own(charts):
    for svg in charts:
        ElementTree.fromstring(svg)  # noqa: S314 (ours)
        # Colours are the page's, light or dark.
        assert not re.findall(r"#[0-9a-f]{6}\b", svg)
        assert "var(--ink)" in svg
        assert set(re.findall(r"url\(#([^)]+)\)", svg)) <= set(re.findall(r' id="([^"]+)"', svg))
    names = re.findall(r' id="([^"]+)"', "".join(charts))
    assert len(names) == len(set(names))


def test_a_chart_shows_the_numbers_and_names_that_it_was_given(charts):
    survival, robustness, risk, statistic, search, *_ = charts
    assert "fixed &lt;p&gt; &amp; $x_{$" in survival
    assert "random_spectrum" in survival
    assert "5 % cut away and enlarged, CRF 28" in robustness
    assert all(f"CRF {crf}" in risk for crf in (18, 28, 40, 51))
    assert "threshold 5.26" in statistic
    assert "marked (10)" in statistic
    assert all(f">{label}</text>" in search for label in ("mean", "median", "x0"))


def test_the_last_bit_of_a_number_does_not_change_a_chart():
    """Another processor may end in another last bit."""

    def line(wobble):
        def draw(axes):
            axes.plot((np.linspace(0, 7, 50) ** 2 * (1 + wobble)).tolist(), clip_on=True)

        return chart("line", draw)

    assert line(0) == line(2.0**-52)


@given(st.lists(st.floats(-5, 40), min_size=1, max_size=30))
def test_the_curve_is_the_share_of_clips_within_the_bound(z_marked):
    curve = points(z_marked)
    exponents, shares = zip(*curve, strict=True)
    assert list(exponents) == sorted(set(exponents))
    assert list(shares) == sorted(shares)
    assert (exponents[0], curve[-1]) == (LEAST_EXPONENT, (0.0, 1.0))
    for exponent, share in curve:
        # One more in the last digit that the curve is rounded to.
        allowed = 10 ** (exponent + 1e-6)
        assert share == np.mean([false_positive_bound(z) <= allowed for z in z_marked])


def test_shares_within_a_distance():
    table = within([0, 1, 1, 3], {2: 1, 4: 3}, bits=4)
    assert [row["same"] for row in table] == [0.25, 0.75, 0.75, 1, 1]
    assert [row["different"] for row in table] == [0, 0, 0.25, 0.25, 1]


@pytest.mark.parametrize(("plane", "pixels"), [("Y", 1), ("V", 2)])
def test_a_bell_is_the_band_that_the_carrier_uses(plane, pixels):
    carrier = Carrier(plane, 32, 4, 0.5, 0.06, 0.4, 0, 9, 0.5, 1, 1, 1)
    band = carrier_band(carrier)
    used = np.hypot(band.rows, band.columns) / (2 * carrier.block)
    frequencies, energies = bell(carrier)
    drawn = np.interp(np.log2(used / pixels), frequencies, energies)
    # The band is scaled to its greatest coefficient, which may lie beside the centre.
    top = math.exp(-np.min(np.log(used / carrier.centre) ** 2) / carrier.width**2)
    np.testing.assert_allclose(drawn, 0.5 * top * band.amplitudes**2, atol=2e-3)
