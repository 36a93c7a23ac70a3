"""Keyed signs: the only secret in a mark."""

import hashlib

import numpy as np
from numpy.typing import NDArray

from stages.signature.model.carriers import carrier_band
from stages.signature.model.spectrum import Carrier

_DOMAIN = b"afterimage/chips/1"


def chips(key: bytes, context: str, count: int) -> NDArray[np.int8]:
    """Draw ``count`` independent signs, -1 or +1 [shape=(count,)], for one use of a key.

    The stream is SHAKE-256 (FIPS 202) over the domain, the key and the context, each preceded by
    its length, so that no two pairs of key and context share an input.
    """
    stream = hashlib.shake_256()
    for part in (_DOMAIN, key, context.encode()):
        stream.update(len(part).to_bytes(8, "big") + part)
    bits = np.unpackbits(np.frombuffer(stream.digest((count + 7) // 8), np.uint8), count=count)
    return (1 - 2 * bits.astype(np.int8)).astype(np.int8)


def signs(key: bytes, carrier: Carrier, blocks: int) -> NDArray[np.int8]:
    """Return the chip of each coefficient of a carrier [shape=(blocks, n)].

    They are drawn from the lowest frequency on, so that a coefficient keeps its chip if the band
    around it changes: marks of two spectra that are alike are alike.
    """
    ranks = carrier_band(carrier).ranks
    needed = int(ranks.max(initial=-1)) + 1
    return chips(key, carrier.address, needed * blocks).reshape(needed, blocks)[ranks].T


def derived_key(master: bytes, purpose: str) -> bytes:
    """Derive a key of 32 bytes for one purpose, from which the master cannot be found."""
    return hashlib.shake_256(
        len(master).to_bytes(8, "big") + master + b"derive/" + purpose.encode()
    ).digest(32)


def wrong_keys(master: bytes, clip_id: str, count: int, seed: int) -> list[bytes]:
    """Derive keys of nobody, to be tried on a clip: independent of the master's own chips."""
    return [derived_key(master, f"wrong key/{seed}/{clip_id}/{index}") for index in range(count)]


def video_key(master: bytes, video_id: str) -> bytes:
    """Derive the key of one video.

    What leaks from many marked videos then tells nothing about the next.
    """
    return derived_key(master, f"video/{video_id}")
