"""The page as HTML: one file that opens anywhere, loads nothing, and can be sent by mail."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from numpy.typing import NDArray

from stages.page.pictures import Strip
from stages.video.pictures import GAIN, png

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Figure:
    """A chart (SVG, as ``theme.chart`` made it), the question it answers, and how to read it."""

    title: str
    svg: str
    caption: str


@dataclass(frozen=True)
class ClipPictures:
    """Pictures of a clip, and its measurements in a few words."""

    clip_id: str
    strip: Strip
    caption: str


@dataclass(frozen=True)
class Table:
    """Column names, and rows of as many cells."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Page:
    """Contents of the page, in its order."""

    verdict: str
    setting: str
    figures: Sequence[Figure]
    pictures: Sequence[ClipPictures]
    pictures_caption: str
    table: Table


def render(page: Page) -> str:
    """Write the page as HTML. Text is escaped: a clip may be called anything."""
    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    environment.filters |= {"inline": inline, "svg": Markup}
    style = Markup((_HERE / "page.css").read_text(encoding="utf-8"))  # noqa: S704 (our own file)
    return environment.get_template("page.html").render(page=page, style=style, gain=GAIN)


def inline(rgb: NDArray[np.uint8]) -> str:
    """Write a picture [shape=(H, W, 3)] as a ``data:`` address, which holds it as PNG."""
    return f"data:image/png;base64,{base64.b64encode(png(rgb)).decode()}"
