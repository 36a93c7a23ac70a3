"""Files that cannot be decided about, and signatures that are not usable."""

import json
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from stages.common.errors import AfterimageError
from stages.own.detect_file import detect_file
from stages.signature.model.spectrum import Signature, load_signature
from stages.signature.search.space import hand_set_vector, to_signature
from stages.video.frames import Frames
from stages.video.lossless import encode_lossless

KEY = b"a secret key that nobody may see"
SIGNATURE = to_signature(hand_set_vector(), "balanced")
FRAMES = 64


def plain(luma, chroma=(128, 128), size=(320, 240)) -> Frames:
    """Make frames that are of one colour each, of the given luma [shape=(T,)]."""
    width, height = size
    i420 = np.empty((len(luma), height * 3 // 2, width), np.uint8)
    i420[:, :height] = np.asarray(luma, np.uint8)[:, None, None]
    flat = i420[:, height:].reshape(len(luma), 2, -1)
    for plane, value in enumerate(chroma):
        flat[:, plane] = np.asarray(value, np.uint8)[..., None]
    return Frames(i420, Fraction(25))


FADE = np.linspace(16, 235, FRAMES).round()
FADES = {
    "grey": plain(FADE),
    "quick": plain(np.resize(np.linspace(16, 235, 7).round(), FRAMES)),
    "colour": plain(FADE, (np.linspace(128, 90, FRAMES), np.linspace(128, 240, FRAMES))),
    "large": plain(FADE, (100, np.linspace(128, 240, FRAMES)), size=(640, 480)),
    "still": plain(np.full(FRAMES, 128)),
}


def stored(folder, frames):
    path = folder / "clip.mkv"
    path.write_bytes(encode_lossless(frames))
    return path


@pytest.mark.parametrize("excerpt", [False, True])
@pytest.mark.parametrize("name", FADES)
def test_a_fade_of_plain_colour_is_undecidable(tmp_path, name, excerpt):
    """All that is in its features is rounding errors."""
    verdict = detect_file(stored(tmp_path, FADES[name]), SIGNATURE, KEY, excerpt=excerpt)
    assert verdict.undecidable
    assert not verdict.found
    assert (verdict.z, verdict.greatest_z) == (0.0, 0.0)


def test_the_least_detail_in_a_fade_can_be_decided(tmp_path):
    frames = plain(FADE)
    frames.i420[13, 100:102, 100:102] += 2
    verdict = detect_file(stored(tmp_path, frames), SIGNATURE, KEY)
    assert not verdict.undecidable
    assert verdict.z != 0.0


ABSURD = [
    ("weight", 1e300), ("weight", 1e200), ("weight", 1e-200), ("whitening", 1e300),
    ("whitening", -1e300), ("noise", 1e300), ("noise", 1e-300), ("softness", 1e300),
    ("centre", 1e300), ("centre", 1e-300), ("width", 1e-300),
]  # fmt: skip


def absurd(field, value) -> Signature:
    return replace(
        SIGNATURE,
        carriers=tuple(replace(carrier, **{field: value}) for carrier in SIGNATURE.carriers),
    )


@pytest.mark.parametrize(("field", "value"), ABSURD)
def test_a_signature_without_a_finite_statistic_is_refused(tmp_path, natural, field, value):
    (tmp_path / "signature.json").write_text(absurd(field, value).to_json())
    signature = load_signature(tmp_path / "signature.json")
    with pytest.raises(AfterimageError, match=r"^the signature is not usable: its numbers are too"):
        detect_file(stored(tmp_path, natural), signature, KEY)


@pytest.mark.parametrize(
    ("field", "value"),
    [("softness", 1e-320), ("activity", 1e300), ("width", 1e300), ("drift", 0.0), ("drift", 1.0)],
)
def test_an_odd_signature_with_a_finite_statistic_stays_one(tmp_path, natural, field, value):
    verdict = detect_file(stored(tmp_path, natural), absurd(field, value), KEY)
    assert np.isfinite([verdict.z, verdict.greatest_z, verdict.log10_bound]).all()
    assert json.loads(json.dumps(verdict.as_json(), allow_nan=False))["frames"] == len(natural)
