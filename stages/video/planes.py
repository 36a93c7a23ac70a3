"""The planes of a video, and all that depends on which of them it is."""

from dataclasses import dataclass
from typing import Literal

PlaneName = Literal["Y", "U", "V"]


@dataclass(frozen=True)
class Plane:
    """One plane of planar YUV 4:2:0, BT.601, 8 bit, limited range.

    Attributes
    ----------
    name : as in a signature file.
    luma : whether it is what is left in grey video.
    scale : luma pixels to a sample, along a side.
    rgb_error : mean squared error over R, G and B that a unit of squared error in the plane makes
        (a chroma error covers the same share of pixels at half resolution).
    codes : code values of limited range, where full range has 255.
    """

    name: PlaneName
    luma: bool
    scale: int
    rgb_error: float
    codes: int

    @property
    def block_side(self) -> int:
        """The side, in samples, of the block that codecs decide on: 16 luma pixels."""
        return 16 // self.scale


# In the order in which frames hold them.
PLANES: dict[PlaneName, Plane] = {
    plane.name: plane
    for plane in (
        Plane("Y", luma=True, scale=1, rgb_error=1.164**2, codes=219),
        Plane("U", luma=False, scale=2, rgb_error=(0.392**2 + 2.017**2) / 3, codes=224),
        Plane("V", luma=False, scale=2, rgb_error=(1.596**2 + 0.813**2) / 3, codes=224),
    )
}
