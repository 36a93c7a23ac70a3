import os
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest

from stages.common.errors import AfterimageError
from stages.fingerprint.distance import hamming, impostor_distances, to_hex
from stages.fingerprint.impostors import fit
from stages.fingerprint.recipe import Recipe, fingerprint, recipe, recipe_names
from stages.sources.synthetic.drawing import draw
from stages.video.codec import Codec
from stages.video.frames import Frames, Geometry, read
from tests.worktree import ROOT

PINNED = {
    ("natural", 0): "7b53db9246e7f7fa9f0c4d419ebb23cae164e04516b03146521e1be17ee41028",
    ("natural", 1): "25f0a3f96dfce8fef88c805c9fd939900cf2685cfc39cfbaa0ec93054643502d",
    ("square", 0): "e7844baa0fac6a0c24e25f24fcd624d597c2da79397aa349fba3314ba4fa9976",
    ("gradient", 0): "ffff7e0000ffcbff00ffffffffffff00ffffda1800fffbff00ffffffffffff00",
    ("noise", 0): "c85cb78d268ee92dc641e43e50231a50d250a119ad7eb1b1de0176a60567fa6a",
    ("solid", 0): "c96d85c3048c0b6dae6fa778f2579150467020b1cfd03d319e364aa68734bf53",
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


@pytest.mark.parametrize("name", recipe_names())
@pytest.mark.parametrize(("width", "height"), [(640, 360), (176, 144), (48, 64), (2, 2)])
def test_a_single_frame_of_any_size_has_a_fingerprint_of_the_stated_length(name, width, height):
    rng = np.random.default_rng(3)
    frame = rng.integers(0, 256, (1, height * 3 // 2, width), dtype=np.uint8)
    bits = fingerprint(Frames(frame, Fraction(25)), name)
    assert bits.shape == (recipe(name).bits,)
    assert bits.dtype == np.bool_


@pytest.mark.parametrize("name", recipe_names())
def test_the_distance_of_a_recipe_is_that_of_its_fingerprints(name, natural):
    """Both count bits; a recipe may count otherwise."""
    a, b = (fingerprint(frames, name) for frames in (natural, draw("natural", 1, 4, seed=1)))
    assert recipe(name).distance(a, b) == np.count_nonzero(a != b) > 0


def test_our_recipe_is_the_default(natural):
    np.testing.assert_array_equal(fingerprint(natural), fingerprint(natural, "afterimage"))
    assert hamming(fingerprint(natural), fingerprint(natural, "classic")) > 64


def test_an_unknown_recipe_is_named_with_those_that_there_are(natural):
    with pytest.raises(AfterimageError, match="no 'phash' there; known: afterimage, classic"):
        fingerprint(natural, "phash")


class FirstPixels:
    """A hash that a stranger might bring: the highest bit of the first frame's first pixels."""

    def __init__(self):
        self.frames = []

    def add(self, frame):
        self.frames.append(frame)

    def bits(self):
        return self.frames[0][0, :8] >= 128


def test_a_recipe_says_all_that_is_its_own(natural):
    def reversed_length(some, every):
        """Measure a distance that no other recipe has."""
        return 8 - np.abs(some.sum(axis=1)[:, None] - every.sum(axis=1)[None])

    strange = Recipe(8, FirstPixels, Geometry(8, 2), reversed_length)
    accumulator = strange.accumulate(natural.i420[:3])
    np.testing.assert_array_equal(accumulator.bits(), natural.i420[0, 0, :8] >= 128)
    assert isinstance(accumulator, FirstPixels)
    assert len(accumulator.frames) == 3
    assert strange.distance(np.ones(8, np.bool_), np.ones(8, np.bool_)) == 8
    assert strange.distance(np.ones(8, np.bool_), np.arange(8) < 3) == 3


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
    distances = impostor_distances(list(hashes))
    assert 120 <= np.median(distances) <= 136
    assert distances.min() >= 90
    assert 0.35 <= hashes.mean() <= 0.65


def test_real_clips_are_apart_and_their_copies_near(real_clips):
    geometry = Geometry(320, 240)
    clips = [read(path, geometry, max_frames=24, fps=Fraction(25)) for path in real_clips[::5]]
    hashes = np.array([fingerprint(clip) for clip in clips])
    distances = impostor_distances(list(hashes))
    received = [fingerprint(Codec(crf=45, preset="veryfast").round_trip(clip)) for clip in clips]
    drift = [hamming(a, b) for a, b in zip(hashes, received, strict=True)]
    assert distances.min() >= 90
    assert max(drift) <= fit(distances, 256).threshold(1e-9)
