import cv2
import numpy as np
import pytest

from stages.fingerprint.classic import Classic, features


@pytest.fixture(scope="module")
def rgb(natural):
    return natural.rgb()[:4]


def test_the_features_of_a_frame(rgb):
    vector = features(rgb[0])
    edges, textures, saliency, colours = np.split(vector, [1024, 5 * 1024, 6 * 1024])
    assert edges.size == saliency.size == 1024
    assert textures.size == 4096
    assert colours.size == 512
    assert 0 <= edges.min() <= edges.max() <= 255
    assert np.linalg.norm(colours) == pytest.approx(1)
    grey = cv2.cvtColor(cv2.resize(rgb[0], (224, 224)), cv2.COLOR_RGB2GRAY)
    kernel = cv2.getGaborKernel((31, 31), 4.0, np.pi / 4, 10.0, 0.5, 0, cv2.CV_32F)
    expected = cv2.resize(cv2.filter2D(grey, cv2.CV_32F, kernel), (32, 32))
    np.testing.assert_allclose(textures[1024:2048], expected.ravel(), rtol=1e-5)


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
