"""The distance of a distorted video from its reference: PSNR over RGB, SSIM and VMAF."""

import json
import math
import tempfile
from dataclasses import dataclass
from pathlib import Path

import cv2
import ffmpeg
import numpy as np
from numpy.typing import NDArray

from stages.common.files import write_bytes
from stages.video.ffmpeg import file_input, run
from stages.video.frames import Frames

# PSNR of identical videos is infinite, which JSON cannot hold.
MAX_PSNR_DB = 100.0


@dataclass(frozen=True)
class Quality:
    """PSNR over R, G and B in dB; SSIM of luma, at most 1; VMAF, 0 to 100: means over frames."""

    psnr_db: float
    ssim: float
    vmaf: float


@dataclass(frozen=True)
class RgbReference:
    """A video that many versions of itself are compared with: its R, G and B are made once."""

    frames: Frames
    rgb: NDArray[np.uint8]

    @classmethod
    def of(cls, frames: Frames) -> "RgbReference":
        """Convert frames, once."""
        return cls(frames, frames.rgb())

    def every(self, step: int) -> "RgbReference":
        """Return the same with every so many frames only."""
        return RgbReference(Frames(self.frames.i420[::step], self.frames.fps), self.rgb[::step])

    def psnr(self, distorted: Frames) -> float:
        """Compute the PSNR in dB of a whole clip, over R, G and B (BT.601, 8 bit)."""
        _require_same_shape(self.frames, distorted)
        total = 0.0
        for before, after in zip(self.rgb, distorted.i420, strict=True):
            picture = cv2.cvtColor(after, cv2.COLOR_YUV2RGB_I420)
            total += cv2.norm(before, picture, cv2.NORM_L2SQR)
        return psnr_of(total / self.rgb.size)


def psnr_rgb(reference: Frames, distorted: Frames) -> float:
    """Compute ``RgbReference.psnr`` for a reference that is used once."""
    return RgbReference.of(reference).psnr(distorted)


def psnr_of(mean_squared_error: float) -> float:
    """Compute the PSNR in dB of 8-bit samples, capped at ``MAX_PSNR_DB``."""
    if mean_squared_error <= 0:
        return MAX_PSNR_DB
    return min(MAX_PSNR_DB, 10 * math.log10(255**2 / mean_squared_error))


def measure(reference: Frames, distorted: Frames) -> Quality:
    """Take all three measures of a clip; SSIM (Wang et al., 2004) and VMAF (v0.6.1) by libvmaf."""
    _require_same_shape(reference, distorted)
    with tempfile.TemporaryDirectory(prefix="afterimage-") as folder:
        paths = [Path(folder) / name for name in ("distorted", "reference")]
        for path, frames in zip(paths, (distorted, reference), strict=True):
            write_bytes(path, frames.raw())
        shape = {
            "format": "rawvideo",
            "pix_fmt": "yuv420p",
            "framerate": str(reference.fps),
            "video_size": (reference.width, reference.height),
        }
        report = Path(folder) / "vmaf.json"
        compared = ffmpeg.filter(
            [file_input(path, **shape) for path in paths], "libvmaf",
            log_fmt="json", log_path=str(report), n_threads=1, feature="name=float_ssim",
        )  # fmt: skip
        run(compared.output("pipe:", format="null"), subject="libvmaf")
        pooled = json.loads(report.read_text())["pooled_metrics"]
    return Quality(
        psnr_db=psnr_rgb(reference, distorted),
        ssim=pooled["float_ssim"]["mean"],
        vmaf=pooled["vmaf"]["mean"],
    )


def _require_same_shape(reference: Frames, distorted: Frames) -> None:
    if reference.i420.shape != distorted.i420.shape:
        raise ValueError(
            f"videos differ in shape: {reference.i420.shape} and {distorted.i420.shape}"
        )
