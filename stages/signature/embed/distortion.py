"""The distortion that a mark may make."""

from dataclasses import dataclass, field

from stages.signature.embed.blocks import Headroom


@dataclass(frozen=True)
class Distortion:
    """The limits of what a mark may change.

    Attributes
    ----------
    psnr_db : least PSNR of the whole clip over R, G and B against the original, in dB.
    headroom : how far a frame or a block may lie below it.
    """

    psnr_db: float
    headroom: Headroom = field(default_factory=Headroom)
