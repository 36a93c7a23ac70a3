"""Distances between fingerprints, and fingerprints as text."""

import re
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from stages.common.errors import AfterimageError

Bits = NDArray[np.bool_]
# From fingerprints [shape=(m, bits)] and [shape=(n, bits)] to their distances [shape=(m, n)].
Distances = Callable[[NDArray[np.bool_], NDArray[np.bool_]], NDArray[np.int64]]

# Videos that are compared with all others at once: bounds the memory, and changes no result.
_AT_A_TIME = 256


def hamming(a: Bits, b: Bits) -> int:
    """Count the bits in which two fingerprints differ [both shape=(n,)]."""
    if a.shape != b.shape:
        raise ValueError(f"fingerprints of different length: {a.shape} and {b.shape}")
    return int(np.count_nonzero(a != b))


def hamming_distances(some: NDArray[np.bool_], every: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Count the bits in which fingerprints differ from others.

    Parameters
    ----------
    some : bool array [shape=(m, bits)].
    every : bool array [shape=(n, bits)].

    Returns
    -------
    int64 array [shape=(m, n)].
    """
    rows, columns = (np.where(hashes, np.float32(1), np.float32(-1)) for hashes in (some, every))
    # Agreements minus disagreements: small integers, so exact in any order of summation.
    agreement = (rows @ columns.T).astype(np.int64)
    return np.asarray((some.shape[1] - agreement) // 2)


def impostor_distances(
    hashes: Sequence[Bits],
    recordings: Sequence[str] | None = None,
    distances: Distances = hamming_distances,
) -> NDArray[np.int64]:
    """List the distances between videos of different recordings, each pair once [shape=(pairs,)].

    Parameters
    ----------
    hashes : the videos' fingerprints.
    recordings : the source recording of each; by default each is of its own.
    distances : the recipe's.
    """
    rows = [
        row[offset + 1 :][different[offset + 1 :]]
        for first, block, unrelated in _between_recordings(hashes, recordings, distances)
        for offset, (row, different) in enumerate(zip(block, unrelated, strict=True), first)
    ]
    return np.concatenate(rows) if rows else np.empty(0, np.int64)


def impostor_counts(
    hashes: Sequence[Bits],
    recordings: Sequence[str] | None = None,
    distances: Distances = hamming_distances,
) -> NDArray[np.int64]:
    """Count the pairs of ``impostor_distances`` at each distance [shape=(bits + 1,)].

    The counts are all that a rate needs, in memory that does not grow with the pairs.
    """
    counts = np.zeros(1 + (hashes[0].size if len(hashes) else 0), np.int64)
    for _, block, unrelated in _between_recordings(hashes, recordings, distances):
        counts += np.bincount(block[unrelated], minlength=counts.size)
    # Every pair was seen from both of its ends.
    return counts // 2


def nearest_impostors(
    hashes: Sequence[Bits],
    recordings: Sequence[str] | None = None,
    distances: Distances = hamming_distances,
) -> list[int]:
    """List each video's distance to the nearest of another recording; -1 if there is no other."""
    return [
        int(row[different].min()) if different.any() else -1
        for _, block, unrelated in _between_recordings(hashes, recordings, distances)
        for row, different in zip(block, unrelated, strict=True)
    ]


def _between_recordings(
    hashes: Sequence[Bits], recordings: Sequence[str] | None, distances: Distances
) -> Iterator[tuple[int, NDArray[np.int64], NDArray[np.bool_]]]:
    """Compare some videos at a time with every video.

    Yields
    ------
    The index of the first of them; their distances to every video; and whether the two are of
    different recordings [both shape=(some, n)].
    """
    bits = np.stack(hashes) if len(hashes) else np.empty((0, 0), np.bool_)
    labels = [str(index) for index in range(len(hashes))] if recordings is None else recordings
    numbers = np.unique(labels, return_inverse=True)[1]
    for first in range(0, len(bits), _AT_A_TIME):
        some = slice(first, first + _AT_A_TIME)
        yield first, distances(bits[some], bits), numbers[some, None] != numbers


def to_hex(bits: Bits) -> str:
    """Write bits as hexadecimal digits, the first bit highest; their number is a multiple of 8."""
    if bits.ndim != 1 or bits.size % 8:
        raise ValueError(f"not a row of whole bytes: shape {bits.shape}")
    return np.packbits(bits).tobytes().hex()


def from_hex(text: str) -> Bits:
    """Read the bits that ``to_hex`` wrote [shape=(4 * len(text),)].

    Raises ``AfterimageError``, quoting the text, if it is no fingerprint.
    """
    if not re.fullmatch("(?:[0-9a-fA-F]{2})+", text):
        raise AfterimageError(f"not a fingerprint in hexadecimal digits: {text!r}")
    packed = np.frombuffer(bytes.fromhex(text), np.uint8)
    return np.unpackbits(packed).astype(np.bool_)
