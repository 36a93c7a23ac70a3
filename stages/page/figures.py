"""The page's charts: the question that each answers, and how to read it."""

from collections.abc import Mapping

from stages.common.statistics import exact_interval
from stages.page.charts.convergence import convergence
from stages.page.charts.distances import distances
from stages.page.charts.rate import Received, rate_distortion
from stages.page.charts.roc import roc
from stages.page.charts.scores import scores
from stages.page.charts.spectrum import spectrum
from stages.page.charts.survival import Found, after_others, over_crf
from stages.page.html import Figure
from stages.page.results import Results, Row
from stages.page.verdict import once_in


def figures(found: Results) -> list[Figure]:
    """All charts, in their order on the page."""
    makers = (survival, others, risk, statistic, search, energy, drift, cost)
    return [make(found) for make in makers]


def survival(found: Results) -> Figure:
    crf = found.setting.crf
    # What has no proven bound is not at the false positive rate of the others.
    proven = [row for row in found.baselines if row.metrics["harder"]["real"]["fpr_bound"] < 1]
    baselines = [_baseline_share(row) for row in proven]
    svg = over_crf(
        [_share(row, crf) for row in found.by_crf],
        baselines,
        crf,
    )
    return Figure(
        "How hard may it be compressed?",
        svg,
        f"One signature, made for CRF {crf} (dotted) and up. Marks found at a false positive rate "
        f"of at most {once_in(found.setting.false_positive_rate)}; bars are exact "
        f"{found.setting.confidence:.0%} intervals."
        + (
            " Baselines, without the closed loop, stand side by side, right of their CRF."
            if baselines
            else ""
        ),
    )


def others(found: Results) -> Figure:
    return Figure(
        "And by others, or edited?",
        after_others([_share(row, found.setting.crf) for row in found.others]),
        "The same marks; other encoders at the same bitrate. What the detector searches, it pays "
        f"for in its threshold. Bars are exact {found.setting.confidence:.0%} intervals.",
    )


def risk(found: Results) -> Figure:
    stated = found.setting.false_positive_rate
    labels = [row.label for row in found.by_crf]
    measured = ", ".join(
        f"{measured['rate']:.1e} at bound {bound}"
        for bound, measured in found.validate["wrong_key_fpr"].items()
    )
    return Figure(
        "At which risk?",
        roc(dict(zip(labels, found.z_by_crf, strict=True)), stated),
        "ROC curves. The risk is a proven bound for every video made without the key, not an "
        f"estimate; dotted: what is asked for here, {once_in(stated)}. Measured with wrong keys, "
        f"in {found.validate['wrong_key_trials']:,} trials: {measured}.",
    )


def statistic(found: Results) -> Figure:
    measured = found.validate
    highest = max(score.z_wrong_key_max for score in found.scores)
    svg = scores(
        [score.z_marked for score in found.scores],
        [score.z_unmarked for score in found.scores],
        measured["z_threshold"],
    )
    return Figure(
        "Marked or not?",
        svg,
        f"The detector's statistic after CRF {found.setting.crf}. Marked: {measured['z_min']:.1f} "
        f"or more, median {measured['z_median']:.1f}; area under the ROC curve "
        f"{measured['auc']:.4g}. No wrong key came beyond {highest:.1f} in "
        f"{measured['wrong_key_trials']:,} trials.",
    )


def search(found: Results) -> Figure:
    measured = found.optimize
    before, after = measured["objective_initial"], measured["objective_best"]
    ended = f"from {before:.3f} to {after:.3f}" if after > before else f"it stays, at {before:.3f}"
    return Figure(
        "Did the search help?",
        convergence(found.steps),
        f"CMA-ES on the real codec, {measured['evaluations']} evaluations: marks found, smoothed, "
        "over training clips and conditions. Each generation has keys of its own, so each is "
        "measured beside the hand-set start. In the end, under fresh keys: "
        f"{ended}.",
    )


def energy(found: Results) -> Figure:
    return Figure(
        "Where is the mark?",
        spectrum(found.signature.carriers),
        "The learned spectrum: each carrier's share of the energy over spatial frequency; how "
        "often its sign flips, in frames; and how the detector weighs it.",
    )


def drift(found: Results) -> Figure:
    measured = found.hash_drift
    missed = round(measured["fnr"] * measured["clips"])
    most_missed = exact_interval(missed, measured["clips"], found.setting.confidence)[1]
    return Figure(
        "Is the fingerprint still the same?",
        distances(found.drifts, found.impostors, measured["threshold"], measured["bits"]),
        f"Bits that differ between a clip and its compressed copy (at most "
        f"{measured['drift_max']}), and between different recordings (at least "
        f"{measured['impostor_min']}). At the threshold, {missed} of {measured['clips']} clips are "
        f"missed (at most {most_missed:.1%} by exact {found.setting.confidence:.0%} interval), and "
        f"{round(measured['fpr'] * measured['impostor_pairs'])} of {measured['impostor_pairs']:,} "
        f"pairs match; EER {measured['eer']:.2%}.",
    )


def cost(found: Results) -> Figure:
    unmarked, marked = (
        [
            Received(row.metrics[f"bitrate_kbps{which}"], row.metrics[f"psnr_db{which}"])
            for row in found.by_crf
        ]
        for which in ("", "_marked")
    )
    return Figure(
        "What does the mark cost?",
        rate_distortion(unmarked, marked),
        "Rate-distortion: a point for each CRF. PSNR is over RGB against the original, so the mark "
        "counts as distortion too.",
    )


def _share(row: Row, crf: int) -> Found:
    """A row's TPR with its interval; a row without a CRF of its own has the headline's."""
    return _found(row.label, row.metrics.get("crf", crf), row.metrics["signature"])


def _baseline_share(row: Row) -> Found:
    """A baseline's on real H.264, at the CRF at which they differ more."""
    harder = row.metrics["harder"]
    return _found(row.label, harder["crf"], harder["real"])


def _found(label: str, crf: int, rates: Mapping[str, float]) -> Found:
    return Found(label, crf, *(rates[name] for name in ("tpr", "tpr_ci_low", "tpr_ci_high")))
