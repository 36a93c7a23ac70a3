import os
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest

from stages.errors import AfterimageError
from stages.fingerprint.distance import from_hex, hamming, pairwise, to_hex
from stages.fingerprint.impostors import fit
from stages.fingerprint.recipe import BITS, RECIPES, fingerprint
from stages.video.codec import Codec
from stages.video.frames import Frames, Geometry, read
from stages.video.sources.synthetic import draw
from tests.worktree import ROOT

PINNED = {
    ("natural", 0): "fb831b7e99d5020d0b79e70efb4f34007be963129acb17b8aeb1452eb15d3007",
    ("natural", 1): "1ddd3494f8066e46c5d6eed4ae649e4755ec90d979b4700717bfe4d01d7a6c76",
    ("square", 0): "0a2cb51d77abf34affa09b45e1a3bafa11ecc600873a115ea62030c579e2be4a",
    ("gradient", 0): "fffffffb00ff00ff00ff00ffffffffffffffffdf02ff00ff00ff40ffffffffff",
    ("noise", 0): "3e0d60264bf2a95ebd90bfcad4dfed814684926e5a594a76fd5effe2d0e22dcd",
    ("solid", 0): "3c3fe08b57e235855fd859c9ce8df36d77818b4142f15ee67fce9fe349c4edf8",
}

# Plainer code paths of OpenCV, NumPy and the BLAS; names that a machine lacks only warn.
PLAIN_PROCESSOR = {
    "OPENCV_CPU_DISABLE": "AVX512-SKX,AVX2,FP16,AVX,FMA3",
    "NPY_DISABLE_CPU_FEATURES": "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL "
    "AVX2 FMA3",
    "OPENBLAS_CORETYPE": "Nehalem",
}
HASH_A_FILE = """
import sys
from fractions import Fraction
import numpy as np
from stages.fingerprint.distance import to_hex
from stages.fingerprint.recipe import fingerprint
from stages.video.frames import Frames
for clip in np.load(sys.argv[1]):
    print(to_hex(fingerprint(Frames(clip, Fraction(25)))))
"""


@pytest.fixture(scope="module")
def short_clips():
    return {(kind, index): draw(kind, index, 8, seed=1) for kind, index in PINNED}


@pytest.mark.parametrize("clip", PINNED)
def test_hash_is_constant(short_clips, clip):
    """A library that changes one bit of a published fingerprint is caught here."""
    assert to_hex(fingerprint(short_clips[clip])) == PINNED[clip]


def test_a_plainer_processor_gives_the_same_bits(tmp_path, short_clips):
    np.save(tmp_path / "clips.npy", np.stack([clip.i420 for clip in short_clips.values()]))
    finished = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", HASH_A_FILE, str(tmp_path / "clips.npy")],
        env=os.environ | PLAIN_PROCESSOR | {"PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert finished.stdout.split() == list(PINNED.values())


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize(("width", "height"), [(640, 360), (176, 144), (48, 64), (2, 2)])
def test_every_size_and_a_single_frame_have_256_bits(recipe, width, height):
    rng = np.random.default_rng(3)
    frame = rng.integers(0, 256, (1, height * 3 // 2, width), dtype=np.uint8)
    bits = fingerprint(Frames(frame, Fraction(25)), recipe)
    assert bits.shape == (BITS,)
    assert bits.dtype == np.bool_


def test_our_recipe_is_what_you_get_unasked(natural):
    np.testing.assert_array_equal(fingerprint(natural), fingerprint(natural, "afterimage"))


def test_an_unknown_recipe_is_named_with_those_that_there_are(natural):
    with pytest.raises(AfterimageError, match=r"'phash': one of \['afterimage', 'classic'\]"):
        fingerprint(natural, "phash")


def test_no_frames_no_fingerprint():
    with pytest.raises(AfterimageError, match="without frames"):
        fingerprint(Frames(np.empty((0, 24, 16), np.uint8), Fraction(25)))


@pytest.mark.parametrize(("index", "crf", "most"), [(2, 28, 8), (5, 40, 16), (7, 51, 50)])
def test_a_real_codec_moves_few_bits(index, crf, most):
    clip = draw("natural", index, 24, seed=1)
    received = Codec(crf=crf).round_trip(clip)
    assert hamming(fingerprint(clip), fingerprint(received)) <= most


def test_different_drawn_clips_are_half_of_the_bits_apart():
    hashes = np.array([fingerprint(draw("natural", index, 2, seed=3)) for index in range(16)])
    distances = pairwise(hashes)[np.triu_indices(len(hashes), 1)]
    assert 120 <= np.median(distances) <= 136
    assert distances.min() >= 90
    assert 0.35 <= hashes.mean() <= 0.65


def test_real_clips_are_apart_and_their_copies_near(real_clips):
    geometry = Geometry(320, 240)
    clips = [read(path, geometry, max_frames=24, fps=Fraction(25)) for path in real_clips[::5]]
    hashes = np.array([fingerprint(clip) for clip in clips])
    distances = pairwise(hashes)[np.triu_indices(len(hashes), 1)]
    received = [fingerprint(Codec(crf=45, preset="veryfast").round_trip(clip)) for clip in clips]
    drift = [hamming(a, b) for a, b in zip(hashes, received, strict=True)]
    assert distances.min() >= 90
    assert max(drift) <= fit(distances).threshold(1e-9)


def test_a_fingerprint_survives_being_written_down(natural):
    bits = fingerprint(natural)
    np.testing.assert_array_equal(from_hex(to_hex(bits)), bits)
