"""Hamming distances between fingerprints, and fingerprints as text."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from stages.errors import AfterimageError

Bits = NDArray[np.bool_]


def hamming(a: Bits, b: Bits) -> int:
    """How many bits differ between two fingerprints [shape=(n,)]."""
    if a.shape != b.shape:
        raise ValueError(f"fingerprints of different length: {a.shape} and {b.shape}")
    return int(np.count_nonzero(a != b))


def pairwise(hashes: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Distances of every fingerprint to every other.

    Parameters
    ----------
    hashes : bool array [shape=(n, bits)].

    Returns
    -------
    int64 array [shape=(n, n)], symmetric, with zeros on its diagonal.
    """
    signs = np.where(hashes, 1.0, -1.0)
    # Agreements minus disagreements: small integers, so exact in any order of summation.
    agreement = (signs @ signs.T).astype(np.int64)
    return np.asarray((hashes.shape[1] - agreement) // 2)


def impostor_distances(
    hashes: Sequence[Bits], recordings: Sequence[str] | None = None
) -> NDArray[np.int64]:
    """Distances of videos of different recordings, each pair once [shape=(pairs,)].

    Parameters
    ----------
    hashes : the videos' fingerprints.
    recordings : the source recording of each; by default each is of its own.
    """
    distances, different = _between_recordings(hashes, recordings)
    return distances[np.triu(different)]


def nearest_impostors(hashes: Sequence[Bits], recordings: Sequence[str] | None = None) -> list[int]:
    """Distance of each video to the nearest of another recording; -1 where there is no other."""
    return [
        int(row[others].min()) if others.any() else -1
        for row, others in zip(*_between_recordings(hashes, recordings), strict=True)
    ]


def _between_recordings(
    hashes: Sequence[Bits], recordings: Sequence[str] | None
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Distances of all pairs, and which of them are of different recordings [both shape=(n, n)]."""
    bits = np.stack(hashes) if len(hashes) else np.empty((0, 0), np.bool_)
    labels = np.array(range(len(hashes)) if recordings is None else recordings)
    return pairwise(bits), labels[:, None] != labels


def to_hex(bits: Bits) -> str:
    """Bits as hexadecimal digits, the first bit highest; their number is a multiple of 8."""
    if bits.ndim != 1 or bits.size % 8:
        raise ValueError(f"not a row of whole bytes: shape {bits.shape}")
    return np.packbits(bits).tobytes().hex()


def from_hex(text: str) -> Bits:
    """The bits that ``to_hex`` wrote [shape=(4 * len(text),)]."""
    if not re.fullmatch("(?:[0-9a-fA-F]{2})+", text):
        raise AfterimageError(f"not a fingerprint in hexadecimal digits: {text!r}")
    packed = np.frombuffer(bytes.fromhex(text), np.uint8)
    return np.unpackbits(packed).astype(np.bool_)
