import hashlib
import pickle
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.fft import dctn

from stages.fingerprint.distance import hamming
from stages.fingerprint.recipes import afterimage
from stages.fingerprint.recipes.afterimage import BITS, COLUMNS, LEVEL, ROWS, Afterimage, cells
from stages.video.frames import Frames


def maps(frame: np.ndarray) -> np.ndarray:
    """Compute the maps of one frame [shape=(7, 24, 32)]."""
    return np.asarray(afterimage.maps(afterimage.shrink(frame)[None])[0])


LUMA, BLUE_ORANGE, GREEN_MAGENTA, EDGES, UPRIGHT, SLANTED, SALIENCY = range(7)


def i420(luma: np.ndarray, u: int = 128, v: int = 128) -> np.ndarray:
    """Make one frame of a luma plane and flat chroma."""
    height, width = luma.shape
    chroma = np.repeat(np.array([u, v], np.uint8), height * width // 4)
    return np.concatenate([luma.ravel(), chroma]).reshape(-1, width)


def accumulate(frames: Frames) -> Afterimage:
    accumulator = Afterimage()
    for frame in frames.i420:
        accumulator.add(frame)
    return accumulator


def bits_of(frames: Frames) -> np.ndarray:
    return accumulate(frames).bits()


@settings(max_examples=25, deadline=None)
@given(st.integers(ROWS, 130), st.integers(COLUMNS, 170), st.integers(0, 2**32 - 1))
def test_cells_are_exact_means_for_any_size(height, width, seed):
    plane = np.random.default_rng(seed).integers(0, 256, (height, width), dtype=np.uint8)
    expected = np.empty((ROWS, COLUMNS), np.int64)
    for row in range(ROWS):
        for column in range(COLUMNS):
            block = plane[
                row * height // ROWS : (row + 1) * height // ROWS,
                column * width // COLUMNS : (column + 1) * width // COLUMNS,
            ]
            expected[row, column] = int(block.sum()) * LEVEL // block.size
    np.testing.assert_array_equal(cells(plane), expected)


def test_cells_survive_a_picture_whose_sum_overflows_32_bits():
    plane = np.full((3000, 3000), 255, np.uint8)
    assert np.all(cells(plane) == 255 * LEVEL)


@pytest.mark.parametrize("shape", [(2, 2), (8, 300), (300, 8), (23, 31)])
def test_a_plane_smaller_than_the_grid_still_fills_it(shape):
    plane = np.full(shape, 77, np.uint8)
    assert np.all(cells(plane) == 77 * LEVEL)


def test_a_flat_picture_has_neither_edges_nor_textures_nor_saliency():
    flat = maps(i420(np.full((240, 320), 90, np.uint8), u=100, v=140))
    assert np.all(flat[LUMA] == 90 * LEVEL)
    assert np.all(flat[BLUE_ORANGE] == -40 * LEVEL)
    assert np.all(flat[GREEN_MAGENTA] == 240 * LEVEL)
    assert not flat[EDGES:].any()


def test_an_upright_edge_is_seen_where_it_is_and_as_upright():
    luma = np.full((240, 320), 50, np.uint8)
    luma[:, 160:] = 90
    # Two cells ahead against two behind, beyond twice six grey levels.
    edge, half_an_edge = (2 * 40 - 12) * LEVEL, (40 - 12) * LEVEL
    upright = maps(i420(luma))
    for strength in (upright[EDGES], upright[UPRIGHT]):
        assert np.all(strength[:, [15, 16]] == edge)
        assert np.all(strength[:, [14, 17]] == half_an_edge)
        assert not np.delete(strength, range(14, 18), axis=1).any()
    assert not upright[SLANTED].any()
    luma[:] = 50
    luma[120:] = 90
    assert np.all(maps(i420(luma))[UPRIGHT][11:13] == -edge)


def test_a_slanted_edge_has_the_sign_of_its_diagonal():
    down, across = np.mgrid[:240, :320]
    falling = np.where(across / 10 > down / 10, 200, 50).astype(np.uint8)
    assert maps(i420(falling))[SLANTED].sum() < 0
    assert maps(i420(np.ascontiguousarray(falling[::-1])))[SLANTED].sum() > 0


def test_a_faint_edge_is_none():
    luma = np.full((240, 320), 50, np.uint8)
    luma[:, 160:] = 56
    assert not maps(i420(luma))[EDGES].any()
    luma[:, 160:] = 57
    assert maps(i420(luma))[EDGES].max() == 2 * LEVEL


def test_a_spot_is_most_salient_where_it_is():
    luma = np.full((240, 320), 50, np.uint8)
    luma[100:110, 200:210] = 250
    saliency = maps(i420(luma))[SALIENCY]
    assert np.unravel_index(saliency.argmax(), saliency.shape) == (10, 20)
    assert saliency.max() == 200 * LEVEL - (200 * LEVEL) // 169


def test_the_features_are_the_whitened_cosine_transform(natural):
    """Against scipy's transform, in floating point, of maps averaged in floating point."""
    mean = np.mean([maps(frame) for frame in natural.i420], axis=0)
    spectra = np.array([dctn(plane, norm="ortho") for plane in mean])
    expected = []
    for index, band in enumerate(afterimage._BANDS.values()):
        for v, u in band.frequencies():
            cardinal = 0.5**0.5 if v == 0 or u == 0 else 1
            weight = 256 / band.scale * np.hypot(v, u) ** band.slope * cardinal
            amplitude, threshold = spectra[index, v, u], band.threshold * LEVEL
            expected.append(np.sign(amplitude) * max(abs(amplitude) - threshold, 0) * weight)
    limit = 2 * np.sqrt(np.mean(np.square(expected)))
    features = accumulate(natural).features()
    np.testing.assert_allclose(features, np.clip(expected, -limit, limit), atol=0.01 * limit)
    assert np.abs(features).max() <= limit + 0.01 * limit


def test_every_map_gives_its_share_of_256_features():
    counts = [band.count for band in afterimage._BANDS.values()]
    assert sum(counts) == BITS
    assert all(len(band.frequencies()) == band.count for band in afterimage._BANDS.values())
    assert (0, 0) not in {
        pair for band in afterimage._BANDS.values() for pair in band.frequencies()
    }


def test_edges_and_saliency_share_no_frequency():
    bands = afterimage._BANDS
    assert not set(bands["edges"].frequencies()) & set(bands["saliency"].frequencies())


def test_the_mixing_is_orthogonal():
    mixing = afterimage._mixing()
    np.testing.assert_array_equal(mixing @ mixing.T, BITS * np.eye(BITS, dtype=np.int64))
    assert set(mixing.ravel()) == {-1, 1}


def test_the_public_constants_are_what_they_were():
    """Their floating point is rounded to integers: a new library must not change one."""
    constants = [
        afterimage._cosines(ROWS), afterimage._cosines(COLUMNS), afterimage._weights(),
        afterimage._feature_thresholds(), afterimage._mirror(), np.array(afterimage._places()),
        afterimage._mixing(), afterimage._bit_thresholds(),
    ]  # fmt: skip
    digest = hashlib.sha256(b"".join(array.astype("<i8").tobytes() for array in constants))
    assert digest.hexdigest()[:16] == "c021e91c3a274616"


def test_memory_does_not_grow_with_the_video(natural):
    """Whatever the accumulator keeps, and however: its pickled size is that of all of it."""
    short, long = (Frames(natural.i420[:frames], natural.fps) for frames in (4, len(natural)))
    assert len(pickle.dumps(accumulate(long))) == len(pickle.dumps(accumulate(short)))


def test_a_video_and_the_same_played_twice_or_backwards_are_alike(natural):
    once = bits_of(natural)
    again = Frames(np.concatenate([natural.i420, natural.i420[::-1]]), natural.fps)
    np.testing.assert_array_equal(bits_of(again), once)


def test_the_noise_of_a_codec_in_grey_video_is_no_colour(natural):
    coloured, grey = Afterimage(), Afterimage()
    rng = np.random.default_rng(6)
    for frame in natural.i420:
        coloured.add(frame)
        faint = rng.integers(127, 130, (natural.height // 2, natural.width), dtype=np.uint8)
        grey.add(np.concatenate([frame[: natural.height], faint]))
    colours = np.isin(afterimage._places()[0], [BLUE_ORANGE, GREEN_MAGENTA])
    assert np.count_nonzero(coloured.features()[colours]) > 16
    assert not grey.features()[colours].any()


def test_a_mirrored_video_has_the_mirrored_bits(natural):
    mirrored = Frames(natural.i420.copy(), natural.fps)
    for plane in ("Y", "U", "V"):
        mirrored.plane(plane)[:] = natural.plane(plane)[:, :, ::-1]
    accumulator = accumulate(natural)
    assert hamming(accumulator.mirrored_bits(), bits_of(mirrored)) <= 1
    assert hamming(accumulator.mirrored_bits(), accumulator.bits()) > 60


def test_flat_pictures_of_any_colour_have_the_public_bits():
    expected = afterimage._bit_thresholds() < 0
    for y, u, v in [(16, 128, 128), (90, 100, 140), (235, 128, 128)]:
        frame = i420(np.full((240, 320), y, np.uint8), u, v)[None]
        np.testing.assert_array_equal(bits_of(Frames(frame, Fraction(25))), expected)


def test_a_change_of_brightness_and_contrast_changes_little(natural):
    dimmed = natural.i420.copy()
    dimmed[:, : natural.height] = dimmed[:, : natural.height] * 0.8 + 10
    assert hamming(bits_of(Frames(dimmed, natural.fps)), bits_of(natural)) <= 16
