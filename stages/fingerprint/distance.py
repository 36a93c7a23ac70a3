"""Hamming distances between fingerprints, and fingerprints as text."""

import re

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
