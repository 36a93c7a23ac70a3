"""Look for a mark in a video file of any size and length."""

from pathlib import Path

import numpy as np

from stages.own.streamed import Gathered, period
from stages.own.verdict import Verdict
from stages.own.watched import watched
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
) -> Verdict:
    """Whether the mark of a key is in a file.

    Parameters
    ----------
    path : a video in any format.
    signature, key : of the mark.
    excerpt : whether the file may begin anywhere in the marked video. Every place in the
        signature's period is then tried, and each counts in the bound.
    false_positive_rate : accepted for a video without the mark.

    Raises ``VideoError``, naming the file, if no frame can be decoded.
    """
    gathered = Gathered(signature, all_shifts=excerpt)
    for frame in watched(stream(path, CANONICAL), "looking for the mark"):
        gathered.add(frame)
    shifts = range(period(signature, gathered.frames) if excerpt else 1)
    found = [gathered.features(shift) for shift in shifts]
    return Verdict(
        z=max(correlate(features, key) for features in found),
        attempts=len(shifts),
        greatest_z=max(_greatest(features) for features in found),
        frames=gathered.frames,
        false_positive_rate=false_positive_rate,
    )


def _greatest(features: Features) -> float:
    """``z`` if every sign were right."""
    norm = np.sqrt(sum(float(np.sum(q**2)) for q in features.values()))
    return float(sum(np.abs(q).sum() for q in features.values()) / norm) if norm else 0.0
