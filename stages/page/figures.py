"""The page's charts, each with the question that it answers and how to read it."""

from collections.abc import Mapping

from stages.common.statistics import exact_interval
from stages.page.charts.convergence import convergence
from stages.page.charts.distances import distances
from stages.page.charts.rate import RatePoint, rate_distortion
from stages.page.charts.roc import roc
from stages.page.charts.scores import scores
from stages.page.charts.spectrum import spectrum
from stages.page.charts.survival import Share, over_channels, over_crf
from stages.page.html import Figure
from stages.page.results import Results, Row
from stages.page.verdict import once_in


def figures(results: Results) -> list[Figure]:
    """Draw all charts, in their order on the page."""
    makers = (survival, robustness, risk, statistic, search, energy, drift, cost)
    return [make(results) for make in makers]


def survival(results: Results) -> Figure:
    """Draw the marks found over the CRF, of ours and of the baselines."""
    crf = results.setting.crf
    # Without a proven bound, a baseline is not at the false positive rate of the rest.
    proven = [row for row in results.baselines if row.metrics["harder"]["real"]["fpr_bound"] < 1]
    baselines = [_baseline_share(row) for row in proven]
    svg = over_crf([_our_share(row) for row in results.crf_rows], baselines, crf)
    return Figure(
        "How hard may it be compressed?",
        svg,
        f"One signature, made for CRF {crf} (dotted) and up. Marks found at a false positive rate "
        f"of at most {once_in(results.setting.false_positive_rate)}; bars are exact "
        f"{results.setting.confidence:.0%} intervals."
        + (
            " Baselines, without the closed loop, stand side by side, right of their CRF."
            if baselines
            else ""
        ),
    )


def robustness(results: Results) -> Figure:
    """Draw the marks found after other encoders and after edits."""
    return Figure(
        "And by others, or edited?",
        over_channels([_our_share(row) for row in results.other_rows]),
        "The same marks; other encoders at the same bitrate. What the detector searches, it pays "
        f"for in its threshold. Bars are exact {results.setting.confidence:.0%} intervals.",
    )


def risk(results: Results) -> Figure:
    """Draw a ROC curve for each CRF."""
    stated = results.setting.false_positive_rate
    labels = [row.label for row in results.crf_rows]
    measured = ", ".join(
        f"{measured['rate']:.1e} at bound {bound}"
        for bound, measured in results.validate["wrong_key_fpr"].items()
    )
    return Figure(
        "At which risk?",
        roc(dict(zip(labels, results.z_by_crf, strict=True)), stated),
        "ROC curves. The risk is a proven bound for every video made without the key, not an "
        f"estimate; dotted: what is asked for here, {once_in(stated)}. Measured with wrong keys, "
        f"in {results.validate['wrong_key_trials']:,} trials: {measured}.",
    )


def statistic(results: Results) -> Figure:
    """Draw the distributions of the statistic, of marked and of unmarked clips."""
    measured = results.validate
    highest = max(score.z_wrong_key_max for score in results.scores)
    svg = scores(
        [score.z_marked for score in results.scores],
        [score.z_unmarked for score in results.scores],
        measured["z_threshold"],
    )
    return Figure(
        "Marked or not?",
        svg,
        f"The detector's statistic after CRF {results.setting.crf}. Marked: "
        f"{measured['z_min']:.1f} or more, median {measured['z_median']:.1f}; area under the ROC "
        f"curve {measured['auc']:.4g}. No wrong key came beyond {highest:.1f} in "
        f"{measured['wrong_key_trials']:,} trials.",
    )


def search(results: Results) -> Figure:
    """Draw the progress of the search."""
    measured = results.optimize
    before, after = measured["objective_initial"], measured["objective_best"]
    ended = f"from {before:.3f} to {after:.3f}" if after > before else f"it stays, at {before:.3f}"
    return Figure(
        "Did the search help?",
        convergence(results.steps),
        f"CMA-ES on the real codec, {measured['evaluations']} evaluations: marks found, smoothed, "
        "over training clips and conditions. Each generation has keys of its own, so each is "
        "measured beside the hand-set start. In the end, under fresh keys: "
        f"{ended}.",
    )


def energy(results: Results) -> Figure:
    """Draw the learned spectrum."""
    return Figure(
        "Where is the mark?",
        spectrum(results.signature.carriers),
        "The learned spectrum: each carrier's share of the energy over spatial frequency; how "
        "often its sign flips, in frames; and how the detector weighs it.",
    )


def drift(results: Results) -> Figure:
    """Draw the distances of fingerprints, of the same and of different recordings."""
    measured = results.hash_drift
    missed = round(measured["fnr"] * measured["clips"])
    confidence = results.setting.confidence
    most_missed = exact_interval(missed, measured["clips"], confidence)[1]
    return Figure(
        "Is the fingerprint still the same?",
        distances(results.drifts, results.impostors, measured["threshold"], measured["bits"]),
        f"Bits that differ between a clip and its compressed copy (at most "
        f"{measured['drift_max']}), and between different recordings (at least "
        f"{measured['impostor_min']}). At the threshold, {missed} of {measured['clips']} clips are "
        f"missed (at most {most_missed:.1%} by exact {confidence:.0%} interval), and "
        f"{round(measured['fpr'] * measured['impostor_pairs'])} of {measured['impostor_pairs']:,} "
        f"pairs match; EER {measured['eer']:.2%}.",
    )


def cost(results: Results) -> Figure:
    """Draw rate against distortion, with the mark and without."""
    unmarked, marked = (
        [
            RatePoint(row.metrics[f"bitrate_kbps{which}"], row.metrics[f"psnr_db{which}"])
            for row in results.crf_rows
        ]
        for which in ("", "_marked")
    )
    return Figure(
        "What does the mark cost?",
        rate_distortion(unmarked, marked),
        "Rate-distortion: a point for each CRF. PSNR is over RGB against the original, so the mark "
        "counts as distortion too.",
    )


def _our_share(row: Row) -> Share:
    """Return a sweep row's TPR with its interval."""
    return _share(row.label, row.metrics["crf"], row.metrics["signature"])


def _baseline_share(row: Row) -> Share:
    """Return a baseline's TPR on real H.264, at the CRF at which baselines differ more."""
    harder = row.metrics["harder"]
    return _share(row.label, harder["crf"], harder["real"])


def _share(label: str, crf: int, rates: Mapping[str, float]) -> Share:
    return Share(label, crf, *(rates[name] for name in ("tpr", "tpr_ci_low", "tpr_ci_high")))
