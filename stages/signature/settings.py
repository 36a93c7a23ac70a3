"""The section `signature` of `params.yaml`, turned into the objects that make a mark."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from stages.signature.detect.bound import threshold
from stages.signature.embed.blocks import Headroom
from stages.signature.embed.conditions import Conditions
from stages.signature.embed.distortion import Distortion
from stages.video.codec import Codec
from stages.video.encoder import encoder


class MarkSettings(Protocol):
    """The section `signature` of `params.yaml`, as far as a mark depends on it."""

    @property
    def psnr_db(self) -> float: ...
    @property
    def frame_headroom_db(self) -> float: ...
    @property
    def block_headroom_db(self) -> float: ...
    @property
    def harder(self) -> Sequence[int]: ...
    @property
    def closed_loop(self) -> int: ...
    @property
    def false_positive_rate(self) -> float: ...


def distortion(settings: MarkSettings) -> Distortion:
    """Return the distortion that a mark may make."""
    headroom = Headroom(settings.frame_headroom_db, settings.block_headroom_db)
    return Distortion(settings.psnr_db, headroom)


def conditions(codec: Codec, settings: MarkSettings) -> Conditions:
    """Return what a mark is made to survive: a codec, and harder settings of it."""
    highest = encoder(codec.encoder).max_crf
    crfs = sorted({min(codec.crf + step, highest) for step in (0, *settings.harder)})
    return Conditions(
        tuple(replace(codec, crf=crf) for crf in crfs),
        threshold(settings.false_positive_rate),
    )
