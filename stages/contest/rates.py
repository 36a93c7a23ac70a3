"""The rates that every stage with a detector reports, with their exact intervals."""

from collections.abc import Sequence
from statistics import median

from stages.common.statistics import auc, exact_interval


def detection_rates(
    marked: Sequence[float],
    unmarked: Sequence[float],
    *,
    threshold: float,
    false_positive_bound: float,
    confidence: float,
) -> dict[str, float | int]:
    """Count what is found at a threshold in marked and in unmarked clips.

    Parameters
    ----------
    marked, unmarked : scores of marked and of unmarked clips under the right key.
    threshold : the score from which a mark counts as found.
    false_positive_bound : bound on the false positive rate at the threshold.
    confidence : of the intervals, 0 to 1.
    """
    hits, false_alarms = (
        sum(score >= threshold for score in scores) for scores in (marked, unmarked)
    )
    low, high = exact_interval(hits, len(marked), confidence)
    return {
        "tpr": hits / len(marked),
        "tpr_ci_low": low,
        "tpr_ci_high": high,
        "fpr": false_alarms / len(unmarked),
        "fpr_ci_high": exact_interval(false_alarms, len(unmarked), confidence)[1],
        "fpr_bound": false_positive_bound,
        "z_threshold": threshold,
        "z_median": median(marked),
        "z_min": min(marked),
        "auc": auc(marked, unmarked),
        "clips": len(marked),
    }


def rates_with_chance(
    marked: Sequence[float],
    unmarked: Sequence[float],
    wrong_key_positives: Sequence[int],
    wrong_key_trials: int,
    *,
    threshold: float,
    false_positive_bound: float,
    confidence: float,
) -> dict[str, float | int]:
    """Compute ``detection_rates``, with the false positives of ``false_positives``."""
    return {
        **detection_rates(
            marked,
            unmarked,
            threshold=threshold,
            false_positive_bound=false_positive_bound,
            confidence=confidence,
        ),
        **false_positives(
            unmarked,
            wrong_key_positives,
            wrong_key_trials,
            threshold=threshold,
            confidence=confidence,
        ),
    }


def false_positives(
    unmarked: Sequence[float],
    wrong_key_positives: Sequence[int],
    wrong_key_trials: int,
    *,
    threshold: float,
    confidence: float,
) -> dict[str, float | int]:
    """Pool all trials in which nothing may be found, and count what was found in them.

    Parameters
    ----------
    unmarked : scores of unmarked clips under the right key, a trial each.
    wrong_key_positives : the number of trials of each clip in which a wrong key reached the
        threshold.
    wrong_key_trials : the number of trials with wrong keys, on all clips together.
    threshold, confidence : as for ``detection_rates``.
    """
    positives = sum(wrong_key_positives) + sum(score >= threshold for score in unmarked)
    trials = wrong_key_trials + len(unmarked)
    return {
        "fpr": positives / trials,
        "fpr_ci_high": exact_interval(positives, trials, confidence)[1],
        "wrong_key_trials": wrong_key_trials,
    }
