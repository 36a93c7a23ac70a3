"""Our recipe: where edges, textures, salient spots and colours are, in 256 independent signs.

Every frame is shrunk to a grid of cells. Seven maps over that grid are averaged over time, so
that neither cuts nor the codec's noise weigh much. The lowest frequencies of each map, without its
mean, are the features: what a codec keeps longest, and what differs from video to video. Divided
by the 1/f spectrum of natural scenes and limited, they count alike; an orthogonal matrix of signs
then mixes them, and a bit is the sign of one mixture.

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

BITS = 256

ROWS, COLUMNS = 24, 32
LEVEL = 16  # a grey level in the integers of the maps

# An edge is what two cells on one side have over two on the other: a codec blurs a step from cell
# to cell away first. Edges of less than so many grey levels come and go with its quantiser.
_FAINT_EDGE = 6
_SURROUND = 13
# A feature counts at most so many times the root mean square of all.
_LIMIT = 2
# Mixtures of a flat picture are fainter than this, so its bits are constants and not noise;
# those of the dullest real clip are seven times, and of most a hundred times as strong.
_FAINT_MIXTURE = 512
# Horizontals and verticals hold about twice the energy of slants in most scenes (Torralba and
# Oliva, "Statistics of natural image categories", 2003), and letterbox bars are nothing else.
_CARDINAL = math.sqrt(0.5)

# Frames whose maps are made at once: NumPy's calls cost more than its sums.
_BATCH = 16

Map = NDArray[np.int32]
Integer = TypeVar("Integer", np.int32, np.int64)


@dataclass(frozen=True)
class _Band:
    """How many of a map's lowest frequencies are used, and how large they are in nature.

    Attributes
    ----------
    count : more of those maps that survive a codec best: chosen on drawn clips, checked on real.
    scale, slope : amplitude is taken to fall as ``scale / frequency ** slope``, in grey levels.
    faint : amplitude in grey levels by which all are brought nearer to zero, and to zero if they
        are less (soft thresholding; Donoho, "De-noising by soft-thresholding", 1995). What a
        hard-working codec does to colour is about as much in every video, and in a nearly
        colourless one it is more than there was.
    parities : edges and salient spots are often the same, so each of the two has its own
        frequencies: those whose vertical and horizontal number have an even sum, and an odd one.
    """

    count: int
    scale: float
    slope: float
    faint: int = 0
    parities: tuple[int, ...] = (0, 1)

    def frequencies(self) -> list[tuple[int, int]]:
        """Vertical and horizontal frequency of each feature, in half cycles per frame."""
        return [pair for pair in _by_frequency() if sum(pair) % 2 in self.parities][: self.count]

    def weight(self, v: int, u: int) -> int:
        """What brings the feature at a frequency to the same expected size as all others."""
        cardinal = _CARDINAL if v == 0 or u == 0 else 1.0
        rise = math.pow(math.hypot(v, u), self.slope)
        return round((1 << _WEIGHT_BITS) / self.scale * rise * cardinal)


_BANDS = {
    "luma": _Band(88, 310, 1),
    "blue_orange": _Band(16, 150, 1, faint=5),
    "green_magenta": _Band(16, 110, 1, faint=5),
    "edges": _Band(36, 340, 0.5, parities=(0,)),
    "upright": _Band(44, 210, 0.5),
    "slanted": _Band(44, 220, 0.5),
    "saliency": _Band(12, 230, 1, parities=(1,)),
}


class Afterimage:
    """Accumulates frames of one video; its memory does not grow with them."""

    def __init__(self) -> None:
        self._sums = np.zeros((len(_BANDS), ROWS, COLUMNS), np.int64)
        self._frames = 0
        self._waiting = np.empty((_BATCH, 3, ROWS, COLUMNS), np.int32)

    def add(self, frame: NDArray[np.uint8]) -> None:
        """Add one I420 frame [shape=(3 * H / 2, W)]."""
        self._waiting[self._frames % _BATCH] = shrunk(frame)
        self._frames += 1
        if self._frames % _BATCH == 0:
            self._sums += maps(self._waiting).sum(axis=0, dtype=np.int64)

    def features(self) -> NDArray[np.int64]:
        """Signed features of the video so far, alike in scale, none dominant [shape=(256,)]."""
        rest = maps(self._waiting[: self._frames % _BATCH]).sum(axis=0, dtype=np.int64)
        means = (self._sums + rest) // max(self._frames, 1)
        rows, columns = _cosines(ROWS), _cosines(COLUMNS)
        spectra = (rows @ means @ columns.T) >> (2 * _COSINE_BITS)
        whitened = _beyond(spectra[_places()], _faint()) * _weights() >> _FRACTION_BITS
        limit = math.isqrt(_LIMIT**2 * int(np.sum(whitened**2)) // BITS)
        return np.asarray(np.clip(whitened, -limit, limit))

    def bits(self) -> NDArray[np.bool_]:
        """The fingerprint so far [shape=(256,)]."""
        return _signs(self.features())

    def mirrored_bits(self) -> NDArray[np.bool_]:
        """What the fingerprint would be if left and right were exchanged [shape=(256,)]."""
        return _signs(self.features() * _mirror())


def _signs(features: NDArray[np.int64]) -> NDArray[np.bool_]:
    return np.asarray(_mixing() @ features > _thresholds())


def shrunk(frame: NDArray[np.uint8]) -> Map:
    """The cells of Y, U and V of one I420 frame [shape=(3, 24, 32)]."""
    height, width = frame.shape[0] * 2 // 3, frame.shape[1]
    u, v = frame[height:].reshape(2, height // 2, width // 2)
    return np.array([cells(frame[:height]), cells(u), cells(v)])


def maps(planes: Map) -> Map:
    """The seven maps of shrunk frames, in the order of the bands.

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
    """Mean of a plane over each cell of the grid, in 1 / ``LEVEL`` grey levels, rounded down.

    Cell borders fall on whole pixels, so sums are exact. A plane smaller than the grid has some
    of its pixels in two cells.
    """
    corners, areas = _layout(*plane.shape)
    # 32 bits may overflow in a large picture, and differences are right all the same.
    inner, left, above, outer = cv2.integral(plane, sdepth=cv2.CV_32S).take(corners)
    return np.asarray((outer - above - left + inner) * LEVEL // areas, np.int32)


@lru_cache(maxsize=16)
def _layout(height: int, width: int) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Where the four corners of each cell are in the integral image, and the cells' areas."""
    (top, bottom), (left, right) = _borders(height, ROWS), _borders(width, COLUMNS)
    corners = [np.add.outer(row * (width + 1), column)
               for row in (top, bottom) for column in (left, right)]  # fmt: skip
    return np.array(corners), np.outer(bottom - top, right - left).astype(np.int32)


def _borders(length: int, cells: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First pixel of each cell along an axis, and the one after its last."""
    first = np.arange(cells, dtype=np.int64) * length // cells
    last = np.arange(1, cells + 1, dtype=np.int64) * length // cells
    return first, np.maximum(last, first + 1)


def _gradients(y: Map) -> tuple[Map, Map, Map]:
    """Strength of edges; of upright over level texture; of one diagonal over the other."""
    padded = np.pad(y, ((0, 0), (2, 2), (2, 2)), mode="edge")
    across, down = _edges(padded, 0, 1), _edges(padded, 1, 0)
    falling, rising = _edges(padded, 1, 1), _edges(padded, 1, -1)
    return across + down, across - down, falling - rising


def _edges(padded: Map, down: int, across: int) -> Map:
    """Strength of edges in one direction: two cells ahead against the two behind."""

    def moved(steps: int) -> Map:
        row, column = 2 + steps * down, 2 + steps * across
        return padded[:, row : row + ROWS, column : column + COLUMNS]

    difference = moved(1) + moved(2) - moved(-1) - moved(-2)
    return np.abs(_beyond(difference, np.int32(2 * _FAINT_EDGE * LEVEL)))


def _beyond(values: NDArray[Integer], faint: NDArray[Integer] | Integer) -> NDArray[Integer]:
    """Values brought nearer to zero by what is faint, and to zero if they are fainter."""
    return np.asarray(np.sign(values) * np.maximum(np.abs(values) - faint, 0))


def _contrast(planes: Map) -> Map:
    """How far each cell stands out from its surround."""
    sums = np.empty_like(planes)
    for index in np.ndindex(planes.shape[:2]):
        cv2.boxFilter(
            planes[index].astype(np.int16), cv2.CV_32S, (_SURROUND, _SURROUND),
            dst=sums[index], normalize=False, borderType=cv2.BORDER_REFLECT,
        )  # fmt: skip
    return np.asarray(np.abs(planes - sums // _SURROUND**2))


# --- public constants ------------------------------------------------------------------------

_FREQUENCIES = 16  # the highest that can be asked for, in half cycles per frame
_COSINE_BITS = 10
_WEIGHT_BITS = 18
_FRACTION_BITS = 10


@cache
def _cosines(length: int) -> NDArray[np.int64]:
    """The orthonormal DCT-II's lowest rows [shape=(16, length)], in 1 / 2**10."""
    phases = np.outer(np.arange(_FREQUENCIES), 2 * np.arange(length) + 1) * np.pi / (2 * length)
    cosines = np.cos(phases) * math.sqrt(2 / length)
    cosines[0] *= math.sqrt(0.5)
    return np.asarray(np.rint((1 << _COSINE_BITS) * cosines), np.int64)


@cache
def _by_frequency() -> list[tuple[int, int]]:
    """Vertical and horizontal frequencies from low to high, without the mean."""
    pairs = [(v, u) for v in range(_FREQUENCIES) for u in range(_FREQUENCIES)]
    return sorted(pairs, key=lambda pair: (pair[0] ** 2 + pair[1] ** 2, pair))[1:]


@cache
def _places() -> tuple[NDArray[np.int64], ...]:
    """Where the features lie in the spectra: map, vertical and horizontal frequency."""
    places = [
        (index, *pair) for index, band in enumerate(_BANDS.values()) for pair in band.frequencies()
    ]
    return tuple(np.array(places).T)


@cache
def _weights() -> NDArray[np.int64]:
    """Weights of the features [shape=(256,)], in 1 / 2**10 of what equal scale needs."""
    return np.array([band.weight(*pair) for band in _BANDS.values() for pair in band.frequencies()])


@cache
def _faint() -> NDArray[np.int64]:
    """What is faint of each feature before it is weighted [shape=(256,)], in the maps' integers."""
    return np.repeat(
        [band.faint * LEVEL for band in _BANDS.values()], [band.count for band in _BANDS.values()]
    )


@cache
def _mirror() -> NDArray[np.int64]:
    """-1 for features that change sign when left and right are exchanged, else 1 [shape=(256,)]."""
    index, _, u = _places()
    # A mirrored slant falls where it rose.
    return np.asarray((-1) ** (u + (index == list(_BANDS).index("slanted"))))


@cache
def _mixing() -> NDArray[np.int64]:
    """An orthogonal matrix of signs [shape=(256, 256)]: Hadamard's, with some columns flipped."""
    matrix = np.ones((1, 1), np.int64)
    while len(matrix) < BITS:
        matrix = np.block([[matrix, matrix], [matrix, -matrix]])
    return matrix * _public_signs("columns")


@cache
def _thresholds() -> NDArray[np.int64]:
    return _FAINT_MIXTURE * _public_signs("thresholds")


def _public_signs(purpose: str) -> NDArray[np.int64]:
    digest = hashlib.shake_256(f"afterimage/fingerprint/2/{purpose}".encode()).digest(BITS // 8)
    return 2 * np.unpackbits(np.frombuffer(digest, np.uint8)).astype(np.int64) - 1
