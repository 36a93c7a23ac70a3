"""The search for a mark in a video file of any size and length."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from stages.common.errors import AfterimageError
from stages.common.progress import with_progress
from stages.own.streamed import StreamedEvidence, period
from stages.own.verdict import MarkVerdict
from stages.signature.detect.detect import Features, correlate
from stages.signature.model.carriers import carrier_band
from stages.signature.model.spectrum import Carrier, Signature
from stages.video.frames import Geometry, stream

FALSE_POSITIVE_RATE = 1e-6

# Features below this part of the largest possible ones are rounding errors: those of a fade of
# plain colour, whose blocks have no detail, come to 1e-12 to 1e-7; a dot of 2x2 pixels that is two
# levels brighter in one frame comes to 1e-1.
_ROUNDING = 1e-5
_NOT_FINITE = (
    "the signature is not usable: its numbers are too large or too small for a finite statistic"
)
# Between its inverse and this, the square of a feature neither overflows nor vanishes.
_LARGEST_FEATURE = 1e100


def canonical(signature: Signature) -> Geometry:
    """Return the frame in which marks are made and looked for, whatever the size of the video.

    It is the one for which the signature was learned. All of the picture is in it, so that its
    aspect ratio may change.
    """
    return Geometry(signature.frame.width, signature.frame.height, fit="stretch")


def detect_file(
    path: Path,
    signature: Signature,
    key: bytes,
    *,
    excerpt: bool = False,
    false_positive_rate: float = FALSE_POSITIVE_RATE,
) -> MarkVerdict:
    """Look for the mark of a key in a file.

    Parameters
    ----------
    path : a video in any format.
    signature, key : of the mark.
    excerpt : whether the file may begin anywhere in the marked video. Every place in the
        signature's period is then tried, and each counts in the bound.
    false_positive_rate : accepted for a video without the mark.

    Raises ``VideoError``, naming the file, if no frame can be decoded, and ``AfterimageError`` if
    the signature's numbers are so large or small that no finite statistic comes of them.
    """
    alignments, frames = _alignments(path, signature, excerpt=excerpt)
    decidable = [features for features in alignments if not _is_rounding_noise(features)]
    return MarkVerdict(
        z=max((correlate(features, key) for features in decidable), default=0.0),
        attempts=len(alignments),
        greatest_z=max((_greatest_z(features) for features in decidable), default=0.0),
        frames=frames,
        false_positive_rate=false_positive_rate,
    )


def _alignments(
    path: Path, signature: Signature, *, excerpt: bool
) -> tuple[Sequence[Features], int]:
    """Return the features of a file at every alignment to try, and the number of its frames.

    Raises ``AfterimageError`` if they are not finite.
    """
    evidence = StreamedEvidence(signature, all_shifts=excerpt)
    frames = with_progress(stream(path, canonical(signature)), "looking for the mark")
    try:
        # The results are looked at instead of being warned of.
        with np.errstate(all="ignore"):
            for frame in frames:
                evidence.add(frame)
            shifts = range(period(signature, evidence.frames) if excerpt else 1)
            alignments = [evidence.features(shift) for shift in shifts]
    except OverflowError as error:
        raise AfterimageError(_NOT_FINITE) from error
    for features in alignments:
        _require_finite(features)
    return alignments, evidence.frames


def _require_finite(features: Features) -> None:
    """Raise ``AfterimageError`` if features, or their squares, are too large or too small."""
    sizes = [float(np.abs(q).max(initial=0.0)) for q in features.values()]
    largest = max(sizes, default=0.0)
    if (
        not all(math.isfinite(size) for size in sizes)
        # A band whose numbers are not finite is empty.
        or not all(carrier_band(carrier).amplitudes.size for carrier in features)
        or (largest and not 1 / _LARGEST_FEATURE <= largest <= _LARGEST_FEATURE)
    ):
        raise AfterimageError(_NOT_FINITE)


def _is_rounding_noise(features: Features) -> bool:
    """Tell whether all that features hold is rounding errors, or nothing at all.

    Their sign then depends on the processor, and no mark is in them.
    """
    return all(
        float(np.sqrt(np.sum(q**2))) <= _ROUNDING * _largest_norm(carrier)
        for carrier, q in features.items()
    )


def _largest_norm(carrier: Carrier) -> float:
    """Return the norm that a carrier's features approach, softly limited as they are."""
    return carrier.weight * float(np.sqrt(np.mean(carrier_band(carrier).amplitudes ** 2)))


def _greatest_z(features: Features) -> float:
    """Compute ``z`` as if every chip agreed: ``sum_i |q_i| / ||q||``."""
    norm = np.sqrt(sum(float(np.sum(q**2)) for q in features.values()))
    return float(sum(np.abs(q).sum() for q in features.values()) / norm) if norm else 0.0
