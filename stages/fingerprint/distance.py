"""Hamming distances between fingerprints, and fingerprints as text."""

import re
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from stages.common.errors import AfterimageError

Bits = NDArray[np.bool_]

# Videos that are compared with all others at once: bounds the memory, and changes no result.
_AT_A_TIME = 256


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
    return _distances(hashes, hashes)


def impostor_distances(
    hashes: Sequence[Bits], recordings: Sequence[str] | None = None
) -> NDArray[np.int64]:
    """Distances of videos of different recordings, each pair once [shape=(pairs,)].

    Parameters
    ----------
    hashes : the videos' fingerprints.
    recordings : the source recording of each; by default each is of its own.
    """
    rows = [
        row[offset + 1 :][others[offset + 1 :]]
        for first, distances, different in _between_recordings(hashes, recordings)
        for offset, (row, others) in enumerate(zip(distances, different, strict=True), first)
    ]
    return np.concatenate(rows) if rows else np.empty(0, np.int64)


def impostor_counts(
    hashes: Sequence[Bits], recordings: Sequence[str] | None = None
) -> NDArray[np.int64]:
    """How many pairs of ``impostor_distances`` are at each distance [shape=(bits + 1,)].

    All that a rate needs, in memory that does not grow with the pairs.
    """
    counts = np.zeros(1 + (hashes[0].size if len(hashes) else 0), np.int64)
    for _, distances, different in _between_recordings(hashes, recordings):
        counts += np.bincount(distances[different], minlength=counts.size)
    # Every pair was seen from both of its ends.
    return counts // 2


def nearest_impostors(hashes: Sequence[Bits], recordings: Sequence[str] | None = None) -> list[int]:
    """Distance of each video to the nearest of another recording; -1 where there is no other."""
    return [
        int(row[others].min()) if others.any() else -1
        for _, distances, different in _between_recordings(hashes, recordings)
        for row, others in zip(distances, different, strict=True)
    ]


def _between_recordings(
    hashes: Sequence[Bits], recordings: Sequence[str] | None
) -> Iterator[tuple[int, NDArray[np.int64], NDArray[np.bool_]]]:
    """Some videos at a time: the first one's index, and for each of them and every video, the
    distance and whether they are of different recordings [both shape=(some, n)].
    """
    bits = np.stack(hashes) if len(hashes) else np.empty((0, 0), np.bool_)
    names = [str(index) for index in range(len(hashes))] if recordings is None else recordings
    labels = np.unique(names, return_inverse=True)[1]
    for first in range(0, len(bits), _AT_A_TIME):
        some = slice(first, first + _AT_A_TIME)
        yield first, _distances(bits[some], bits), labels[some, None] != labels


def _distances(some: NDArray[np.bool_], every: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Distances of some fingerprints to others [shape=(len(some), len(every))]."""
    ours, theirs = (np.where(hashes, np.float32(1), np.float32(-1)) for hashes in (some, every))
    # Agreements minus disagreements: small integers, so exact in any order of summation.
    agreement = (ours @ theirs.T).astype(np.int64)
    return np.asarray((some.shape[1] - agreement) // 2)


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
