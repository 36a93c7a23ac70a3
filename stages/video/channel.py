"""What a published video goes through before anyone looks for its mark."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Literal, get_args

from stages.pipeline.executor import FileExecutor
from stages.pipeline.workers import in_order
from stages.signature.detect.alignment import SearchRange
from stages.video.clips import Clip
from stages.video.codec import MAX_CRF, PIXEL_FORMATS, Codec, EncoderName
from stages.video.edit import edited, grey, normalised, shifted
from stages.video.frames import Frames, Geometry

EditName = Literal["second_generation", "grey", "shifted", "cropped", "rescaled"]
EDIT_NAMES: tuple[EditName, ...] = get_args(EditName)

# Of the edit `shifted`.
LOST_FRAMES = 3

_BEFORE: dict[EditName, Callable[[Frames], Frames]] = {
    "shifted": lambda frames: shifted(frames, LOST_FRAMES),
    "cropped": lambda frames: edited(frames, "crop of 5 %"),
    "rescaled": lambda frames: edited(frames, "95 % size"),
}
_AFTER: dict[EditName, Callable[[Frames], Frames]] = {"grey": grey}


@dataclass(frozen=True)
class Received:
    """What came out of a channel, in the frame that went in, and the rate that it came at."""

    frames: Frames
    kbps: float


@dataclass(frozen=True)
class Channel:
    """One way for a video to go.

    Attributes
    ----------
    name : of the channel's row.
    codecs : one for each time that the video is encoded, in order.
    edit : what else happens to it: `grey` after the codec, the others before it.
    search_range : how far the detector searches.
    """

    name: str
    codecs: tuple[Codec, ...]
    edit: EditName | None = None
    search_range: SearchRange = field(default_factory=SearchRange)

    def takes(self, clip: Clip) -> bool:
        """Whether anything is left of a clip."""
        return self.edit != "shifted" or clip.frames > LOST_FRAMES

    def send(self, frames: Frames, subject: str) -> Received:
        """Edit, encode and decode, and bring back to the size of ``frames``."""
        moving = self._before(frames)
        for codec in self.codecs:
            encoded = codec.encode(moving, subject=subject)
            moving = codec.decode(encoded, moving, subject=subject)
        kbps = float(8 * len(encoded) * moving.fps / len(moving) / 1000)
        return Received(self._after(moving, frames), kbps)

    def uncoded(self, frames: Frames) -> Frames:
        """What would come out if the codecs lost nothing."""
        return self._after(self._before(frames), frames)

    def _before(self, frames: Frames) -> Frames:
        return _BEFORE[self.edit](frames) if self.edit in _BEFORE else frames

    def _after(self, received: Frames, frames: Frames) -> Frames:
        moving = _AFTER[self.edit](received) if self.edit in _AFTER else received
        if (moving.width, moving.height) == (frames.width, frames.height):
            return moving
        return normalised(moving, Geometry(frames.width, frames.height, "stretch"))


def matched_codec(
    encoder: EncoderName, like: Codec, clips: list[Clip], pool: FileExecutor
) -> Codec:
    """The encoder at the CRF at which these clips take most nearly as many bytes as with ``like``.

    Bytes fall as the CRF rises, so a bisection finds it. Where the encoder does not know the pixel
    format, its first one is stored.
    """
    known = PIXEL_FORMATS[encoder]
    pixel_format = like.pixel_format if like.pixel_format in known else known[0]
    matched = replace(like, encoder=encoder, pixel_format=pixel_format)
    wanted = _total_bytes(like, clips, pool)
    low, high = 0, MAX_CRF[encoder]
    tried: dict[int, int] = {}
    while low <= high:
        middle = (low + high) // 2
        tried[middle] = _total_bytes(replace(matched, crf=middle), clips, pool)
        low, high = (middle + 1, high) if tried[middle] > wanted else (low, middle - 1)
    nearest = min(tried, key=lambda crf: (max(tried[crf], wanted) / min(tried[crf], wanted), crf))
    return replace(matched, crf=nearest)


def _total_bytes(codec: Codec, clips: list[Clip], pool: FileExecutor) -> int:
    return sum(in_order(pool, partial(_bytes, codec=codec), clips, reads=_clip_file))


def _clip_file(clip: Clip) -> list[Path]:
    return [clip.file]


def _bytes(clip: Clip, codec: Codec) -> int:
    return len(codec.encode(clip.read(), subject=clip.id))
