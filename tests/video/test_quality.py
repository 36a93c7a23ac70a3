import numpy as np
import pytest
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from stages.video.codec import Codec
from stages.video.frames import Frames
from stages.video.quality import MAX_PSNR_DB, RgbReference, measure, psnr_of, psnr_rgb
from tests.conftest import constant


@pytest.fixture(scope="module")
def pair(natural):
    frames = Frames(natural.i420[:8], natural.fps)
    return frames, Codec("libx264", 34, preset="veryfast").round_trip(frames)


def test_psnr_is_scikit_images_over_rgb(pair):
    reference, distorted = pair
    expected = peak_signal_noise_ratio(reference.rgb(), distorted.rgb(), data_range=255)
    assert psnr_rgb(reference, distorted) == pytest.approx(expected, abs=1e-9)


def test_a_reference_gives_the_psnr_of_every_third_frame(pair):
    reference, _ = pair
    part, few = (Frames(some.i420[::3], some.fps) for some in pair)
    assert RgbReference.of(reference).every(3).psnr(few) == psnr_rgb(part, few)


def test_psnr_by_hand():
    # One grey level of luma is 1.164 levels of R, G and B: 255 / 219.
    assert psnr_of(1.0) == pytest.approx(48.1308, abs=1e-4)
    assert psnr_rgb(constant(100), constant(100)) == MAX_PSNR_DB
    # (235 - 16) levels of luma are black against white.
    assert psnr_rgb(constant(16), constant(235)) == pytest.approx(0.0, abs=1e-9)


def test_ssim_is_near_scikit_images_gaussian_ssim(pair):
    reference, distorted = pair
    expected = np.mean(
        [
            structural_similarity(
                before, after, gaussian_weights=True, sigma=1.5, use_sample_covariance=False
            )
            for before, after in zip(reference.plane("Y"), distorted.plane("Y"), strict=True)
        ]
    )
    assert measure(reference, distorted).ssim == pytest.approx(expected, abs=0.01)


def test_identical_videos_are_perfect(natural):
    frames = Frames(natural.i420[:6], natural.fps)
    quality = measure(frames, frames)
    assert quality.psnr_db == MAX_PSNR_DB
    assert quality.ssim == pytest.approx(1.0)
    assert quality.vmaf > 95


def test_vmaf_falls_with_the_crf(natural):
    frames = Frames(natural.i420[:8], natural.fps)
    mild, harsh = (measure(frames, Codec(crf=crf).round_trip(frames)) for crf in (20, 45))
    assert mild.vmaf > harsh.vmaf + 20
    assert mild.ssim > harsh.ssim


def test_videos_of_different_shape_are_refused():
    with pytest.raises(ValueError, match="differ in shape"):
        psnr_rgb(constant(1, frames=3), constant(1, frames=4))
