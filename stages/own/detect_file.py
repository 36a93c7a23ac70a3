"""The search for a mark in a video file of any size and length."""

from pathlib import Path

import numpy as np

from stages.common.progress import with_progress
from stages.own.streamed import StreamedEvidence, period
from stages.own.verdict import MarkVerdict
from stages.signature.detect.detect import Features, correlate
from stages.signature.model.spectrum import Signature
from stages.video.frames import Geometry, stream

# The frame in which marks are made and looked for, whatever the size of the video: as in the
# pipeline. All of the picture is in it, so that its aspect ratio may change.
CANONICAL = Geometry(320, 240, fit="stretch")

FALSE_POSITIVE_RATE = 1e-6


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

    Raises ``VideoError``, naming the file, if no frame can be decoded.
    """
    evidence = StreamedEvidence(signature, all_shifts=excerpt)
    for frame in with_progress(stream(path, CANONICAL), "looking for the mark"):
        evidence.add(frame)
    shifts = range(period(signature, evidence.frames) if excerpt else 1)
    alignments = [evidence.features(shift) for shift in shifts]
    return MarkVerdict(
        z=max(correlate(features, key) for features in alignments),
        attempts=len(shifts),
        greatest_z=max(_greatest_z(features) for features in alignments),
        frames=evidence.frames,
        false_positive_rate=false_positive_rate,
    )


def _greatest_z(features: Features) -> float:
    """Compute ``z`` as if every chip agreed: ``sum_i |q_i| / ||q||``."""
    norm = np.sqrt(sum(float(np.sum(q**2)) for q in features.values()))
    return float(sum(np.abs(q).sum() for q in features.values()) / norm) if norm else 0.0
