"""Another encoder at the CRF at which videos take as many bytes."""

from collections.abc import Callable
from dataclasses import replace

from stages.video.codec import Codec
from stages.video.encoder import encoder


def codec_of_size(
    encoder_name: str, reference: Codec, size: int, total_bytes: Callable[[Codec], int]
) -> Codec:
    """Return an encoder at the CRF at which videos take most nearly ``size`` bytes.

    Bytes fall as the CRF rises, so a bisection finds it; of two CRFs that are as near, the lower.

    Parameters
    ----------
    encoder_name : name of the encoder's record.
    reference : the codec whose preset, key frames and pixel format are kept. Where the encoder does
        not know the pixel format, its usual one is stored.
    size : total bytes to come near.
    total_bytes : encodes the videos with a codec, and counts the bytes of them all.
    """
    record = encoder(encoder_name)
    known = record.pixel_formats
    pixel_format = reference.pixel_format if reference.pixel_format in known else known[0]
    codec = replace(reference, encoder=encoder_name, pixel_format=pixel_format)
    sizes: dict[int, int] = {}
    low, high = 0, record.max_crf
    while low <= high:
        middle = (low + high) // 2
        sizes[middle] = total_bytes(replace(codec, crf=middle))
        low, high = (middle + 1, high) if sizes[middle] > size else (low, middle - 1)
    nearest = min(sizes, key=lambda crf: (max(sizes[crf], size) / min(sizes[crf], size), crf))
    return replace(codec, crf=nearest)
