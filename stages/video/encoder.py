"""The record of an encoder: everything that the project knows of it.

Records lie in ``stages/encoders``, one in a file of the encoder's name, and are found by it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, NamedTuple, get_args

from stages.common.records import names, record

# x264's names for speed against size, from the fastest.
Speed = Literal[
    "ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow"
]
SPEEDS: tuple[Speed, ...] = get_args(Speed)
PixelFormat = Literal["yuv420p", "yuv422p", "yuv444p", "yuv420p10le"]

# ffmpeg's options, without the dash, and their values.
Options = Mapping[str, str | int]

_ROOM = "encoders"


class LightParameters(NamedTuple):
    """The parameters by which an encoder stores the light that a video was made for (HDR10).

    Attributes
    ----------
    option : ffmpeg's option that holds them, and others.
    mastering, levels : names of those for the mastering display and for the light levels.
    chromaticity, luminance : steps in which the display's numbers are counted; none for decimals.
    """

    option: str
    mastering: str
    levels: str
    chromaticity: Fraction | None = Fraction(1, 50000)
    luminance: Fraction | None = Fraction(1, 10000)


@dataclass(frozen=True)
class Encoder:
    """One of ffmpeg's encoders: its range, its speeds, and how it is used for one's own files.

    Attributes
    ----------
    name : ffmpeg's, of an encoder that obeys its option ``crf``.
    max_crf : highest constant rate factor; the lowest is 0.
    pixel_formats : that it stores, the usual one first.
    speeds : values of ``speed_option``, one for each of ``SPEEDS``, the nearest to x264's.
    speed_option : ffmpeg's option for speed against size.
    pinned : further options of the pipeline, which hold the bits to one thread on any processor.
    file_options : options for files of one's own: about as fast as x264's medium, on any number of
        threads.
    file_crf : for files of one's own: hardly to be told from the source.
    even_sides_only : whether halved chroma must divide the sides, so that odd ones need 4:4:4.
    containers : endings of files that can hold its video.
    usual_in : those of them in which it is used unless another encoder is asked for.
    interlaced : options by which it stores frames of two fields as such; none if it cannot.
    light : the parameters by which it stores light levels, if it can.
    tags : four-character codes that it is stored under, by ffmpeg's muxer; the muxer's own if none.
    """

    name: str
    max_crf: int
    pixel_formats: tuple[PixelFormat, ...]
    pinned: Options
    file_options: Options
    file_crf: int
    containers: tuple[str, ...]
    speeds: tuple[str | int, ...] = SPEEDS
    speed_option: str = "preset"
    even_sides_only: bool = False
    usual_in: tuple[str, ...] = ()
    interlaced: Options = field(default_factory=dict)
    light: LightParameters | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    def options(self, preset: Speed) -> dict[str, str | int]:
        """Return the options of the pipeline at one of x264's presets."""
        return {self.speed_option: self.speeds[SPEEDS.index(preset)], **self.pinned}


def encoder_names() -> tuple[str, ...]:
    """List the encoders that there are records of, in order."""
    return names(_ROOM)


def encoder(name: str) -> Encoder:
    """Load the record of an encoder. Raises ``AfterimageError`` if there is none of that name."""
    return record(_ROOM, name, Encoder)
