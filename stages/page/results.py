"""The results that the page shows, as other rooms measured them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stages.page.charts.convergence import Step
from stages.page.pictures import Strip
from stages.signature.model.spectrum import Signature

Metrics = Mapping[str, Any]


@dataclass(frozen=True)
class Row:
    """A row of the sweep, or a baseline.

    Attributes
    ----------
    name : as in its files.
    label : as people read it.
    metrics : of a row of the sweep, with the groups ``signature`` and ``fingerprint``.
    """

    name: str
    label: str
    metrics: Metrics


@dataclass(frozen=True)
class Setting:
    """The codec with its CRF, the accepted false positive rate, and the intervals' confidence."""

    codec: str
    crf: int
    false_positive_rate: float
    confidence: float


@dataclass(frozen=True)
class ClipScore:
    """The detector's statistics for a test clip, and its mark's distance from the original."""

    id: str
    z_marked: float
    z_unmarked: float
    z_wrong_key_max: float
    psnr_db: float
    vmaf: float


@dataclass(frozen=True)
class Results:
    """All results that the page shows.

    Attributes
    ----------
    setting : the parameters that its sentences state.
    fetch, validate, optimize, hash_drift : metrics of these stages.
    scores : of the test clips.
    steps : of the search.
    drifts : of the natural clips' fingerprints, in bits.
    impostors : the number of pairs of different recordings by their distance in bits.
    signature : the learned one.
    crf_rows : rows of the sweep over CRFs, from mild to hard.
    z_by_crf : of the marked clips, for each of ``crf_rows``.
    other_rows : rows of the sweep with other encoders, then with edits.
    baselines : other ways to make a signature.
    strips : pictures of a few clips, by their ids.
    """

    setting: Setting
    fetch: Metrics
    validate: Metrics
    optimize: Metrics
    hash_drift: Metrics
    scores: list[ClipScore]
    steps: list[Step]
    drifts: list[int]
    impostors: dict[int, int]
    signature: Signature
    crf_rows: list[Row]
    z_by_crf: list[list[float]]
    other_rows: list[Row]
    baselines: list[Row]
    strips: dict[str, Strip]
