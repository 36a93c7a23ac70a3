"""The verdict: the headline results in one sentence."""

from stages.page.results import Metrics, Setting


def verdict(validate: Metrics, drift: Metrics, setting: Setting) -> str:
    """Write the sentence, with its numbers, from the metrics of `validate` and `hash_drift`."""
    detected = round(validate["tpr"] * validate["clips"])
    innocent = validate["wrong_key_trials"] + validate["clips"]
    accused = round(validate["fpr"] * innocent)
    return (
        f"After {setting.codec}, the signature is found in {detected} of {validate['clips']} "
        f"held-out clips ({validate['tpr']:.1%}; exact {setting.confidence:.0%} interval "
        f"{validate['tpr_ci_low']:.1%} to {validate['tpr_ci_high']:.1%}) at a threshold that "
        f"accuses an innocent video at most {once_in(validate['fpr_bound'])}, by proof (measured: "
        f"{accused} of {innocent:,} trials), and the fingerprint drifts by "
        f"{drift['drift_median']:g} of {drift['bits']} bits in the median and "
        f"{drift['drift_max']} at most, while different videos are at least "
        f"{drift['impostor_min']} bits apart."
    )


def once_in(rate: float) -> str:
    """Write a small rate as people say it: 1e-6 is "once in 1,000,000"."""
    return f"once in {round(1 / rate):,}"
