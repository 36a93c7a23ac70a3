"""All that was found, in one sentence."""

from stages.page.results import Metrics, Setting


def verdict(validate: Metrics, drift: Metrics, setting: Setting) -> str:
    """The sentence, with its numbers, from the metrics of `validate` and `hash_drift`."""
    found = round(validate["tpr"] * validate["clips"])
    innocent = validate["wrong_key_trials"] + validate["clips"]
    accused = round(validate["fpr"] * innocent)
    return (
        f"After {setting.codec}, the signature is found in {found} of {validate['clips']} held-out "
        f"clips ({validate['tpr']:.1%}; exact {setting.confidence:.0%} interval "
        f"{validate['tpr_ci_low']:.1%} to {validate['tpr_ci_high']:.1%}) at a threshold that "
        f"accuses an innocent video at most {once_in(validate['fpr_bound'])}, by proof (measured: "
        f"{accused} of {innocent:,} trials), and the fingerprint drifts by "
        f"{drift['drift_median']:g} of {drift['bits']} bits in the median and "
        f"{drift['drift_max']} at most, while different videos are at least "
        f"{drift['impostor_min']} bits apart."
    )


def once_in(rate: float) -> str:
    """A small rate as people say it."""
    return f"once in {round(1 / rate):,}"
