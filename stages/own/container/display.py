"""The data that a player needs besides the samples: light levels, fields, transparency."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import av

from stages.video.encoder import Encoder, LightParameters
from stages.video.ffmpeg import run
from stages.video.streams import video_input

FieldOrder = Literal["tff", "bff"]

_IN_WORDS: dict[FieldOrder, str] = {"tff": "top field first", "bff": "bottom field first"}

# libavutil's AVMasteringDisplayMetadata: rationals, then whether there are primaries and luminance;
# and AVContentLightMetadata.
_MASTERING, _LEVELS = struct.Struct("=20i2i"), struct.Struct("=2I")

# Kinds of a frame's side data that no new encode takes over, by PyAV's names.
_UNKEPT = {
    "A53_CC": "its closed captions",
    "DYNAMIC_HDR_PLUS": "its HDR10+ metadata",
    "DYNAMIC_HDR_VIVID": "its HDR Vivid metadata",
    "DOVI_METADATA": "its Dolby Vision metadata",
    "STEREO3D": "its arrangement of two views (stereo 3D)",
    "SPHERICAL": "its projection (spherical video)",
}


@dataclass(frozen=True)
class Mastering:
    """The display on which a video was mastered (SMPTE ST 2086).

    Attributes
    ----------
    primaries : x and y of red, green, blue and white, CIE 1931.
    most, least : its luminance in cd/m^2.
    """

    primaries: tuple[tuple[Fraction, Fraction], ...]
    most: Fraction
    least: Fraction

    def parameter(self, steps: LightParameters) -> str:
        """Write it as an encoder wants it: ``G(x,y)B(x,y)R(x,y)WP(x,y)L(max,min)``."""
        red, green, blue, white = (
            f"({','.join(_number(part, steps.chromaticity) for part in point)})"
            for point in self.primaries
        )
        luminance = ",".join(_number(part, steps.luminance) for part in (self.most, self.least))
        return f"G{green}B{blue}R{red}WP{white}L({luminance})"


@dataclass(frozen=True)
class Display:
    """The data that a player needs of a video besides its samples.

    Attributes
    ----------
    mastering : the display on which it was mastered, if it says so.
    levels : most light of a pixel and of a frame on average, in cd/m^2 (CTA-861.3), if it says so.
    fields : which field of a frame comes first, if it is interlaced.
    transparent : whether its samples have an alpha channel, decoded or not.
    unkept : what else it says that no encoder takes over, in words.
    """

    mastering: Mastering | None = None
    levels: tuple[int, int] | None = None
    fields: FieldOrder | None = None
    transparent: bool = False
    unkept: tuple[str, ...] = ()

    def options(self, record: Encoder) -> dict[str, Any]:
        """Return ffmpeg's options by which an encoder stores what it can of this."""
        options: dict[str, Any] = dict(record.file_options)
        if self.fields:
            options |= record.interlaced
        light = record.light
        if light:
            parameters = [options[light.option]] if light.option in options else []
            if self.mastering:
                parameters.append(f"{light.mastering}={self.mastering.parameter(light)}")
            if self.levels:
                parameters.append(f"{light.levels}={','.join(map(str, self.levels))}")
            if parameters:
                options[light.option] = ":".join(parameters)
        return options

    def lost(self, record: Encoder) -> Iterator[str]:
        """Yield in words what an encoder does not store of this."""
        if not record.light:
            if self.mastering:
                yield "its mastering display (HDR10)"
            if self.levels:
                yield "its light levels (HDR10)"
        if self.fields and not record.interlaced:
            yield f"its being interlaced ({_IN_WORDS[self.fields]})"
        if self.transparent:
            yield "its transparency (alpha)"
        yield from self.unkept


def display_of(frame: av.VideoFrame, path: Path, tags: dict[str, str]) -> Display:
    """Read what a file tells with its first frame, and with the tags of its video stream."""
    side_data: Any = frame.side_data
    levels = side_data.get("CONTENT_LIGHT_LEVEL")
    mastering = side_data.get("MASTERING_DISPLAY_METADATA")
    return Display(
        mastering=_mastering(bytes(mastering)) if mastering else None,
        levels=_LEVELS.unpack_from(bytes(levels)) if levels else None,
        fields=_field_order(path) if frame.interlaced_frame else None,
        transparent=_is_transparent(frame) or has_alpha_tag(tags),
        unkept=tuple(words for name, words in _UNKEPT.items() if side_data.get(name)),
    )


def has_alpha_tag(tags: dict[str, str]) -> bool:
    """Tell whether WebM's tag says that there is an alpha channel beside the video."""
    return any(name.lower() == "alpha_mode" and value != "0" for name, value in tags.items())


def _mastering(content: bytes) -> Mastering | None:
    *numbers, has_primaries, has_luminance = _MASTERING.unpack_from(content)
    if not has_primaries or not has_luminance or 0 in numbers[1::2]:
        return None
    values = [Fraction(*pair) for pair in zip(numbers[::2], numbers[1::2], strict=True)]
    *points, least, most = values
    return Mastering(tuple(zip(points[::2], points[1::2], strict=True)), most, least)


def _field_order(path: Path) -> FieldOrder:
    """Find out which field of an interlaced file's first frame comes first: PyAV does not tell."""
    first = video_input(path).filter("trim", end_frame=1)
    top_first = first.filter("select", "eq(interlace_type,TOPFIRST)")
    listing, _ = run(top_first.output("pipe:", format="framecrc"), subject=str(path))
    frames = [line for line in listing.decode().splitlines() if not line.startswith("#")]
    return "tff" if frames else "bff"


def _is_transparent(frame: av.VideoFrame) -> bool:
    """Tell whether there is an alpha channel, and a pixel in it that lets something through."""
    with_alpha = len(frame.format.components) in {2, 4}
    return with_alpha and bool(frame.to_ndarray(format="rgba")[..., 3].min() < 255)


def _number(value: Fraction, step: Fraction | None) -> str:
    return f"{float(value):.5f}" if step is None else str(round(value / step))
