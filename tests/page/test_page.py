import base64
from html.parser import HTMLParser

import cv2
import matplotlib as mpl
import numpy as np
import pytest

from stages.page.contents import page
from stages.page.html import inline, render
from stages.page.pictures import LARGEST, strip
from stages.page.verdict import verdict
from stages.video.pictures import GAIN
from tests.browser import chromium
from tests.page.conftest import HOSTILE

PHONE, DESKTOP = 390, 1280
# Of characters in a chart, in CSS pixels: what 9 point on a chart become on a phone.
LEAST_HEIGHT = 9


@pytest.fixture(scope="module")
def written(html, tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "a page.html"
    path.write_text(html, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with chromium(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


def test_the_verdict_is_one_sentence_with_its_numbers(results):
    assert verdict(results.validate, results.hash_drift, results.setting) == (
        "After libx264 at CRF 28, the signature is found in 9 of 10 held-out clips (90.0%; exact "
        "95% interval 70.0% to 100.0%) at a threshold that accuses an innocent video at most once "
        "in 1,000,000, by proof (measured: 0 of 5,010 trials), and the fingerprint drifts by 1 of "
        "256 bits in the median and 4 at most, while different videos are at least 102 bits apart."
    )


class Addresses(HTMLParser):
    """The tags of a page, and every address in an attribute."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        named = {"src", "href", "xlink:href", "action", "srcset"}
        self.addresses |= {value or "" for name, value in attrs if name in named}


def test_the_page_names_nothing_outside_of_itself_and_runs_nothing(html):
    parsed = Addresses(html)
    assert parsed.addresses
    assert all(address.startswith(("data:", "#")) for address in parsed.addresses)
    assert not parsed.tags & {"script", "iframe", "object", "embed", "form"}
    assert "@import" not in html
    assert HOSTILE not in html
    assert html.count("&lt;script src=") >= 2


def test_the_same_results_give_the_same_page_whatever_the_user_has_set(html, results, monkeypatch):
    monkeypatch.setitem(mpl.rcParams, "font.size", 30)
    monkeypatch.setitem(mpl.rcParams, "axes.facecolor", "red")
    assert render(page(results)) == html


def test_the_page_says_how_much_the_difference_is_enlarged(html):
    assert f"<span>difference \N{MULTIPLICATION SIGN}{GAIN}</span>" in html


def test_pictures_are_taken_apart_and_stand_side_by_side():
    rgb = np.random.default_rng(2).integers(0, 256, (20, 4 * 30, 3), np.uint8)
    views = strip(rgb[:, :90], rgb[:, 90:])
    np.testing.assert_array_equal(views.marked, rgb[:, 30:60])
    np.testing.assert_array_equal(views.side_by_side, rgb)
    np.testing.assert_array_equal(views.middle().difference, views.difference)


def test_of_a_large_picture_the_middle_is_shown_pixel_for_pixel():
    rgb = np.random.default_rng(3).integers(0, 256, (500, 3 * 700, 3), np.uint8)
    views = strip(rgb, rgb[:, :700]).middle()
    assert views.marked.shape == (*LARGEST, 3)
    np.testing.assert_array_equal(views.marked, rgb[10:490, 730:1370])


def test_an_inline_picture_is_the_picture(tmp_path):
    rgb = np.random.default_rng(4).integers(0, 256, (8, 6, 3), np.uint8)
    kind, _, content = inline(rgb).partition(",")
    assert kind == "data:image/png;base64"
    read = cv2.imdecode(np.frombuffer(base64.b64decode(content), np.uint8), cv2.IMREAD_COLOR)
    np.testing.assert_array_equal(read, rgb[..., ::-1])


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_a_browser_shows_it_without_a_complaint_or_a_request(browser, written, width, dark):
    browser.open(written, width=width, dark=dark)
    assert browser.complaints() == []
    assert browser.requests() == [written.as_uri()]
    assert browser.ask("document.documentElement.scrollWidth") <= width
    assert browser.ask("document.querySelectorAll('.chart svg').length") == 8
    assert browser.ask("[...document.images].every(image => image.naturalWidth == 64)")
    heights = (
        "[...document.querySelectorAll('svg text')].map(it => it.getBoundingClientRect().height)"
    )
    assert browser.ask(f"Math.min(...{heights})") >= LEAST_HEIGHT
    # Nothing of a chart is cut off at its sides.
    assert browser.ask(
        "[...document.querySelectorAll('svg')].every("
        "svg => [...svg.querySelectorAll('text')].every("
        "text => text.getBoundingClientRect().left >= svg.getBoundingClientRect().left - 1 && "
        "text.getBoundingClientRect().right <= svg.getBoundingClientRect().right + 1))"
    )


def test_light_and_dark_differ_in_paper_and_in_charts(browser, written):
    def colours(dark):
        browser.open(written, dark=dark)
        return [
            browser.ask(f"getComputedStyle(document.querySelector('{selector}')).{name}")
            for selector, name in (("body", "backgroundColor"), ("svg text", "fill"))
        ]

    (light_paper, light_ink), (dark_paper, dark_ink) = colours(False), colours(True)
    assert light_paper == "rgb(255, 255, 255)"
    assert len({light_paper, dark_paper}) == len({light_ink, dark_ink}) == 2


def test_it_prints_in_light_on_a_few_sheets(browser, written):
    browser.open(written, dark=True)
    printed = browser.printed()
    assert printed.startswith(b"%PDF")
    assert printed.count(b"/Type /Page\n") <= 6
