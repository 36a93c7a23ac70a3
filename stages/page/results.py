"""What the page tells: measured elsewhere, and only shown here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stages.page.charts.convergence import Step
from stages.page.pictures import Strip
from stages.signature.model.spectrum import Signature

Metrics = Mapping[str, Any]


@dataclass(frozen=True)
class Row:
    """A setting at which the marks were looked for, or another way to mark.

    Attributes
    ----------
    name : as in its files.
    label : as it is shown.
    metrics : with the groups ``signature`` and ``fingerprint``.
    """

    name: str
    label: str
    metrics: Metrics


@dataclass(frozen=True)
class Setting:
    """What was asked for: codec, its CRF, the bound on false positives, and the confidence."""

    codec: str
    crf: int
    false_positive_rate: float
    confidence: float


@dataclass(frozen=True)
class Score:
    """What was found in a test clip: ``z``; and how far the mark is from the original."""

    id: str
    z_marked: float
    z_unmarked: float
    z_wrong_key_max: float
    psnr_db: float
    vmaf: float


@dataclass(frozen=True)
class Results:
    """Everything that was measured.

    Attributes
    ----------
    setting : what was asked for.
    fetch, validate, optimize, hash_drift : metrics of these stages.
    scores : of the test clips.
    steps : of the search.
    drifts : of the natural clips' fingerprints, in bits.
    impostors : how many pairs of different recordings are how many bits apart.
    signature : the one that was learned.
    by_crf, others : rows of the sweep, from mild to hard; other encoders, then edits.
    z_by_crf : of the marked clips, for each of ``by_crf``.
    baselines : other ways to make a signature.
    strips : pictures of a few clips, by their ids.
    """

    setting: Setting
    fetch: Metrics
    validate: Metrics
    optimize: Metrics
    hash_drift: Metrics
    scores: list[Score]
    steps: list[Step]
    drifts: list[int]
    impostors: dict[int, int]
    signature: Signature
    by_crf: list[Row]
    z_by_crf: list[list[float]]
    others: list[Row]
    baselines: list[Row]
    strips: dict[str, Strip]
