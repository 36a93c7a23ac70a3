import cv2
import numpy as np
import pytest

from stages.fingerprint.recipes.classic import Classic, features


@pytest.fixture(scope="module")
def rgb(natural):
    return natural.rgb()[:4]


def test_the_features_of_a_frame(rgb):
    vector = features(rgb[0])
    edges, textures, saliency, colours = np.split(vector, [1024, 5 * 1024, 6 * 1024])
    grey = cv2.cvtColor(cv2.resize(rgb[0], (224, 224)), cv2.COLOR_RGB2GRAY)
    kernels = [
        cv2.getGaborKernel((31, 31), 4.0, angle * np.pi / 4, 10.0, 0.5, 0, cv2.CV_32F)
        for angle in range(4)
    ]
    expected = [cv2.resize(cv2.filter2D(grey, cv2.CV_32F, kernel), (32, 32)) for kernel in kernels]
    np.testing.assert_allclose(textures, np.ravel(expected), rtol=1e-5)
    for part, map_ in ((edges, cv2.Canny(grey, 100, 200)), (saliency, cv2.Laplacian(grey, 6))):
        np.testing.assert_allclose(part, cv2.resize(map_, (32, 32)).ravel(), rtol=1e-5)
    assert colours.size == 512
    assert np.linalg.norm(colours) == pytest.approx(1)


def test_the_colours_of_a_red_frame_are_in_one_bin():
    """Hue 0, and the highest saturation and value."""
    red = np.zeros((240, 320, 3), np.uint8)
    red[..., 0] = 255
    colours = features(red)[-512:].reshape(8, 8, 8)
    assert colours[0, 7, 7] == 1
    assert np.count_nonzero(colours) == 1


def test_the_hash_is_the_median_cut_of_the_mean_projection(natural, rgb):
    """As the earlier recipe does it: frame by frame, and a running mean of projections."""
    accumulator = Classic()
    for frame in natural.i420[:4]:
        accumulator.add(frame)
    directions = np.random.RandomState(42).randn(6656, 256)
    vectors = [features(frame) for frame in rgb]
    projected = np.mean([v / np.linalg.norm(v) @ directions for v in vectors], axis=0)
    np.testing.assert_array_equal(accumulator.bits(), projected > np.median(projected))


def test_half_of_the_bits_are_set(natural):
    accumulator = Classic()
    accumulator.add(natural.i420[0])
    assert accumulator.bits().sum() == 128


def test_a_black_frame_has_a_hash():
    black = np.full((360, 320), 128, np.uint8)
    black[:240] = 16
    accumulator = Classic()
    accumulator.add(black)
    assert accumulator.bits().sum() == 128
