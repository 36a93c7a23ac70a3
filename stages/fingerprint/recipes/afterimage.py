"""Our recipe: 256 signs of where edges, textures, salient spots and colours are.

Every frame is shrunk to a grid of cells. Seven maps over that grid are averaged over time, so
that neither cuts nor the codec's noise weigh much. The lowest frequencies of each map, without its
mean, are the features: a codec keeps them longest, and they differ from video to video. Divided by
the 1/f spectrum of natural scenes and limited, they count alike; an orthogonal matrix of signs then
mixes them, and a bit is the sign of one mixture.

Everything is in integers, so that every processor gives the same bits.
"""

import hashlib
import math
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.linalg import hadamard

from stages.fingerprint.recipe import Recipe
from stages.video.frames import Geometry

BITS = 256

ROWS, COLUMNS = 24, 32
LEVEL = 16  # a grey level in the integers of the maps

# An edge is the difference of two cells on one side to two on the other: a codec blurs a step from
# cell to cell away first. Edges of fewer grey levels come and go with its quantiser.
_EDGE_THRESHOLD = 6
# Side of the square, in cells, that a cell is compared with for its saliency.
_SURROUND = 13
# A feature counts at most this many times the root mean square of all.
_LIMIT = 2
# Mixtures of a flat picture are smaller than this, so its bits are constants and not noise; those
# of the dullest real clip are seven times, and of most a hundred times as large.
_BIT_THRESHOLD = 512
# Horizontals and verticals hold about twice the energy of slants in most scenes (Torralba and
# Oliva, "Statistics of natural image categories", 2003), and letterbox bars are nothing else.
_CARDINAL = math.sqrt(0.5)

# Frames whose maps are computed at once: NumPy's calls cost more than its sums.
_BATCH = 16

Map = NDArray[np.int32]
Integer = TypeVar("Integer", np.int32, np.int64)


@dataclass(frozen=True)
class _Band:
    """The lowest frequencies of a map that are used, and their size in natural scenes.

    Attributes
    ----------
    count : of frequencies: more of those maps that survive a codec best. Chosen on drawn clips,
        checked on real ones.
    scale, slope : amplitude is taken to fall as ``scale / frequency ** slope``, in grey levels.
    threshold : of soft thresholding, in grey levels (Donoho, "De-noising by soft-thresholding",
        1995). A codec at work changes colour by about as much in every video, and in a nearly
        colourless one by more than there was.
    parities : of the sum of a frequency's vertical and horizontal number. Edges and salient spots
        are often the same, so one of the two maps has the even frequencies, the other the odd ones.
    """

    count: int
    scale: float
    slope: float
    threshold: int = 0
    parities: tuple[int, ...] = (0, 1)

    def frequencies(self) -> list[tuple[int, int]]:
        """List vertical and horizontal frequency of each feature, in half cycles per frame."""
        return [pair for pair in _by_frequency() if sum(pair) % 2 in self.parities][: self.count]

    def weight(self, v: int, u: int) -> int:
        """Return the weight that gives a frequency's feature the expected size of all features."""
        cardinal = _CARDINAL if v == 0 or u == 0 else 1.0
        rise = math.pow(math.hypot(v, u), self.slope)
        return round((1 << _WEIGHT_BITS) / self.scale * rise * cardinal)


_BANDS = {
    "luma": _Band(88, 310, 1),
    "blue_orange": _Band(16, 150, 1, threshold=5),
    "green_magenta": _Band(16, 110, 1, threshold=5),
    "edges": _Band(36, 340, 0.5, parities=(0,)),
    "upright": _Band(44, 210, 0.5),
    "slanted": _Band(44, 220, 0.5),
    "saliency": _Band(12, 230, 1, parities=(1,)),
}


class Afterimage:
    """The sum of the maps of one video's frames; its memory does not grow with them."""

    def __init__(self) -> None:
        self._sums = np.zeros((len(_BANDS), ROWS, COLUMNS), np.int64)
        self._frames = 0
        # Cells of frames that do not fill a batch yet.
        self._waiting = np.empty((_BATCH, 3, ROWS, COLUMNS), np.int32)

    def add(self, frame: NDArray[np.uint8]) -> None:
        """Add one I420 frame [shape=(3 * H / 2, W)]."""
        self._waiting[self._frames % _BATCH] = shrink(frame)
        self._frames += 1
        if self._frames % _BATCH == 0:
            self._sums += maps(self._waiting).sum(axis=0, dtype=np.int64)

    def features(self) -> NDArray[np.int64]:
        """Compute features of the frames so far: signed, alike in scale, limited [shape=(256,)]."""
        rest = maps(self._waiting[: self._frames % _BATCH]).sum(axis=0, dtype=np.int64)
        means = (self._sums + rest) // max(self._frames, 1)
        rows, columns = _cosines(ROWS), _cosines(COLUMNS)
        spectra = (rows @ means @ columns.T) >> (2 * _COSINE_BITS)
        clear = _soft_threshold(spectra[_places()], _feature_thresholds())
        whitened = clear * _weights() >> _FRACTION_BITS
        limit = math.isqrt(_LIMIT**2 * int(np.sum(whitened**2)) // BITS)
        return np.asarray(np.clip(whitened, -limit, limit))

    def bits(self) -> NDArray[np.bool_]:
        """Return the fingerprint of the frames so far [shape=(256,)]."""
        return _signs(self.features())

    def mirrored_bits(self) -> NDArray[np.bool_]:
        """Return the fingerprint of the frames with left and right exchanged [shape=(256,)]."""
        return _signs(self.features() * _mirror())


def _signs(features: NDArray[np.int64]) -> NDArray[np.bool_]:
    return np.asarray(_mixing() @ features > _bit_thresholds())


def shrink(frame: NDArray[np.uint8]) -> Map:
    """Return the cells of Y, U and V of one I420 frame [shape=(3, 24, 32)]."""
    height, width = frame.shape[0] * 2 // 3, frame.shape[1]
    u, v = frame[height:].reshape(2, height // 2, width // 2)
    return np.array([cells(frame[:height]), cells(u), cells(v)])


def maps(planes: Map) -> Map:
    """Compute the seven maps of shrunk frames, in the order of the bands.

    Parameters
    ----------
    planes : int32 array [shape=(n, 3, 24, 32)].

    Returns
    -------
    int32 array [shape=(n, 7, 24, 32)].
    """
    y, u, v = planes[:, 0], planes[:, 1], planes[:, 2]
    edges, upright, slanted = _gradients(y)
    saliency = _contrast(planes).sum(axis=1, dtype=np.int32)
    return np.stack([y, u - v, u + v, edges, upright, slanted, saliency], axis=1)


def cells(plane: NDArray[np.uint8]) -> Map:
    """Average a plane over each cell of the grid, in 1 / ``LEVEL`` grey levels, rounded down.

    Cell borders fall on whole pixels, so sums are exact. A plane smaller than the grid has some
    of its pixels in two cells. Returns an int32 array [shape=(24, 32)].
    """
    corners, areas = _layout(*plane.shape)
    # 32 bits may overflow in a large picture, and differences are right all the same.
    inner, left, above, outer = cv2.integral(plane, sdepth=cv2.CV_32S).take(corners)
    return np.asarray((outer - above - left + inner) * LEVEL // areas, np.int32)


@lru_cache(maxsize=16)
def _layout(height: int, width: int) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return the corners of each cell in the integral image [shape=(4, 24, 32)], and its area."""
    (top, bottom), (left, right) = _borders(height, ROWS), _borders(width, COLUMNS)
    corners = [np.add.outer(row * (width + 1), column)
               for row in (top, bottom) for column in (left, right)]  # fmt: skip
    return np.array(corners), np.outer(bottom - top, right - left).astype(np.int32)


def _borders(length: int, cells: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the first pixel of each cell along an axis, and the one after its last."""
    first = np.arange(cells, dtype=np.int64) * length // cells
    last = np.arange(1, cells + 1, dtype=np.int64) * length // cells
    return first, np.maximum(last, first + 1)


def _gradients(y: Map) -> tuple[Map, Map, Map]:
    """Measure edges; upright against level texture; one diagonal against the other."""
    padded = np.pad(y, ((0, 0), (2, 2), (2, 2)), mode="edge")
    across, down = _edges(padded, 0, 1), _edges(padded, 1, 0)
    falling, rising = _edges(padded, 1, 1), _edges(padded, 1, -1)
    return across + down, across - down, falling - rising


def _edges(padded: Map, down: int, across: int) -> Map:
    """Measure edges in one direction: two cells ahead against the two behind."""

    def shifted(steps: int) -> Map:
        row, column = 2 + steps * down, 2 + steps * across
        return padded[:, row : row + ROWS, column : column + COLUMNS]

    difference = shifted(1) + shifted(2) - shifted(-1) - shifted(-2)
    return np.abs(_soft_threshold(difference, np.int32(2 * _EDGE_THRESHOLD * LEVEL)))


def _soft_threshold(
    values: NDArray[Integer], threshold: NDArray[Integer] | Integer
) -> NDArray[Integer]:
    """Bring values nearer to zero by a threshold, and to zero if they are below it."""
    return np.asarray(np.sign(values) * np.maximum(np.abs(values) - threshold, 0))


def _contrast(planes: Map) -> Map:
    """Measure the difference of each cell to the mean of its surround."""
    sums = np.empty_like(planes)
    for index in np.ndindex(planes.shape[:2]):
        cv2.boxFilter(
            planes[index].astype(np.int16), cv2.CV_32S, (_SURROUND, _SURROUND),
            dst=sums[index], normalize=False, borderType=cv2.BORDER_REFLECT,
        )  # fmt: skip
    return np.asarray(np.abs(planes - sums // _SURROUND**2))


# --- public constants ------------------------------------------------------------------------

_FREQUENCIES = 16  # from the mean on; the highest is one less, in half cycles per frame
_COSINE_BITS = 10
_WEIGHT_BITS = 18
_FRACTION_BITS = 10


@cache
def _cosines(length: int) -> NDArray[np.int64]:
    """Return the lowest rows of the orthonormal DCT-II [shape=(16, length)], in 1 / 2**10."""
    phases = np.outer(np.arange(_FREQUENCIES), 2 * np.arange(length) + 1) * np.pi / (2 * length)
    cosines = np.cos(phases) * math.sqrt(2 / length)
    cosines[0] *= math.sqrt(0.5)
    return np.asarray(np.rint((1 << _COSINE_BITS) * cosines), np.int64)


@cache
def _by_frequency() -> list[tuple[int, int]]:
    """List vertical and horizontal frequencies from low to high, without the mean."""
    pairs = [(v, u) for v in range(_FREQUENCIES) for u in range(_FREQUENCIES)]
    return sorted(pairs, key=lambda pair: (pair[0] ** 2 + pair[1] ** 2, pair))[1:]


@cache
def _places() -> tuple[NDArray[np.int64], ...]:
    """Return map, vertical and horizontal frequency of each feature [each shape=(256,)]."""
    places = [
        (index, *pair) for index, band in enumerate(_BANDS.values()) for pair in band.frequencies()
    ]
    return tuple(np.array(places).T)


@cache
def _weights() -> NDArray[np.int64]:
    """Return the weights that bring the features to equal scale [shape=(256,)], in 1 / 2**18."""
    return np.array([band.weight(*pair) for band in _BANDS.values() for pair in band.frequencies()])


@cache
def _feature_thresholds() -> NDArray[np.int64]:
    """Return each feature's soft threshold [shape=(256,)], in the maps' integers."""
    return np.repeat(
        [band.threshold * LEVEL for band in _BANDS.values()],
        [band.count for band in _BANDS.values()],
    )


@cache
def _mirror() -> NDArray[np.int64]:
    """Return the features' signs under an exchange of left and right, -1 or 1 [shape=(256,)]."""
    index, _, u = _places()
    # A mirrored slant falls where it rose.
    return np.asarray((-1) ** (u + (index == list(_BANDS).index("slanted"))))


@cache
def _mixing() -> NDArray[np.int64]:
    """Return an orthogonal matrix of signs [shape=(256, 256)]: Hadamard's, with columns negated."""
    return np.asarray(hadamard(BITS, np.int64) * _public_signs("columns"))


@cache
def _bit_thresholds() -> NDArray[np.int64]:
    """Return what each mixture has to exceed for its bit to be set [shape=(256,)]."""
    return _BIT_THRESHOLD * _public_signs("thresholds")


def _public_signs(purpose: str) -> NDArray[np.int64]:
    """Derive signs, -1 or 1, from the name of their purpose by SHAKE-256 [shape=(256,)]."""
    digest = hashlib.shake_256(f"afterimage/fingerprint/2/{purpose}".encode()).digest(BITS // 8)
    return 2 * np.unpackbits(np.frombuffer(digest, np.uint8)).astype(np.int64) - 1


RECORD = Recipe(
    bits=BITS,
    accumulator=Afterimage,
    # Four pixels of luma and two of chroma are a cell of the grid's side.
    file_geometry=Geometry(COLUMNS * 4, ROWS * 4, scaler="fast"),
)
