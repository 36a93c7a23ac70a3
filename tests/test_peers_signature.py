"""The peers' benchmark: a payload as a scheme, with a peer that needs no package."""

import numpy as np
import pytest

from benchmarks.peers_signature import PSNR_DB, PayloadScheme, PictureWatermark
from stages.video.quality import psnr_rgb

KEY, WRONG = b"the right key, 16 bytes or more", b"a wrong key, also long enough"


def paint(picture, payload, strength):
    """Make stripes of a picture brighter or darker, one a bit."""
    change = np.repeat(np.where(payload, strength, -strength), picture.shape[1] // payload.size)
    return picture + change[np.newaxis, :, np.newaxis] * turns(len(picture))


def read(pictures, bits, strength):
    """Read each stripe's sign from the picture's alternate rows."""
    rows = np.mean(pictures, axis=(0, 3))
    stripes = (rows * turns(len(rows))[..., 0]).mean(axis=0)
    return np.asarray(stripes[: stripes.size // bits * bits].reshape(bits, -1).mean(axis=1) > 0)


def turns(height):
    """Return signed weights of the rows, in pairs as chroma has them [shape=(height, 1, 1)]."""
    signs = 1.0 - 2 * (np.arange(height) // 2 % 2)
    # Of many sizes, so that not all of the change is rounded at once.
    return (signs * np.linspace(0.5, 1.5, height))[:, np.newaxis, np.newaxis]


STRIPES = PictureWatermark("numpy", 32, paint, read, strengths=(0.1, 50.0))


@pytest.mark.parametrize(("bits", "agreeing"), [(32, 30), (256, 167)])
def test_so_many_bits_have_to_agree(bits, agreeing):
    scheme = PayloadScheme(PictureWatermark("numpy", bits, paint, read), 1.0)
    assert scheme.threshold == agreeing
    assert scheme.false_positive_bound <= 1e-6
    if bits == 32:
        # 30, 31 or 32 of 32: 496 + 32 + 1 of 2^32.
        assert scheme.false_positive_bound == pytest.approx(529 / 2**32)


def test_a_peer_is_tuned_to_the_distortion_and_found_by_its_key(natural):
    scheme = STRIPES.tuned(natural, KEY)
    marked = scheme.mark(natural, KEY, clip_id="clip")
    assert PSNR_DB <= psnr_rgb(natural, marked) < PSNR_DB + 0.1
    detection, chance = scheme.detect_chance(marked, [KEY, WRONG])
    assert detection == scheme.detect(marked, KEY)
    assert detection.score >= scheme.threshold > chance.score
    assert detection.bound <= 1e-6 < chance.bound
