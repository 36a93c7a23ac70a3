"""What was found in how many clips: the rates that every stage with a detector reports."""

from collections.abc import Sequence
from statistics import median

from stages.common.statistics import auc, exact_interval
from stages.signature.detect.bound import false_positive_bound


def detection_rates(
    marked: Sequence[float],
    unmarked: Sequence[float],
    *,
    z_threshold: float,
    attempts: int = 1,
    confidence: float,
) -> dict[str, float | int]:
    """Rates at a threshold, with exact intervals.

    Parameters
    ----------
    marked, unmarked : ``z`` of marked and of unmarked clips under the right key.
    z_threshold : from which on a clip counts as found.
    attempts : alignments tried for each ``z``, for the union bound.
    confidence : of the intervals.
    """
    found, accused = (sum(z >= z_threshold for z in scores) for scores in (marked, unmarked))
    low, high = exact_interval(found, len(marked), confidence)
    return {
        "tpr": found / len(marked),
        "tpr_ci_low": low,
        "tpr_ci_high": high,
        "fpr": accused / len(unmarked),
        "fpr_ci_high": exact_interval(accused, len(unmarked), confidence)[1],
        "fpr_bound": false_positive_bound(z_threshold, attempts),
        "z_threshold": z_threshold,
        "z_median": median(marked),
        "z_min": min(marked),
        "auc": auc(marked, unmarked),
        "clips": len(marked),
    }


def false_positives(
    unmarked: Sequence[float],
    wrong_key_positives: Sequence[int],
    wrong_keys: int,
    *,
    z_threshold: float,
    confidence: float,
) -> dict[str, float | int]:
    """False positives over all trials in which nothing may be found: their rate, and its bound.

    Parameters
    ----------
    unmarked : ``z`` of unmarked clips under the right key, a trial each.
    wrong_key_positives : in how many trials of each clip a wrong key reached the threshold.
    wrong_keys : tried on each clip, marked and unmarked: two trials each.
    """
    wrong_key_trials = 2 * wrong_keys * len(unmarked)
    positives = sum(wrong_key_positives) + sum(z >= z_threshold for z in unmarked)
    trials = wrong_key_trials + len(unmarked)
    return {
        "fpr": positives / trials,
        "fpr_ci_high": exact_interval(positives, trials, confidence)[1],
        "wrong_key_trials": wrong_key_trials,
    }
