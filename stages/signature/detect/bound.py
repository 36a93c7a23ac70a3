"""What a value of the statistic proves.

For a video made without the key, the statistic is ``z = sum_i c_i q_i / ||q||`` with independent
fair signs ``c_i`` and a vector ``q`` that does not depend on them. Hoeffding's inequality (1963,
Theorem 2) then gives ``P(z >= t) <= exp(-t^2 / 2)`` for every video, and the union bound
``k exp(-t^2 / 2)`` for the best of ``k`` attempts.
"""

import math


def false_positive_bound(z: float, attempts: int = 1) -> float:
    """Upper bound on the probability that an unmarked video reaches ``z`` in ``attempts`` tries."""
    if z <= 0:
        return 1.0
    return min(1.0, attempts * math.exp(-(z**2) / 2))


def threshold(false_positive_rate: float, attempts: int = 1) -> float:
    """The least ``z`` whose ``false_positive_bound`` is at most ``false_positive_rate``."""
    if not 0 < false_positive_rate < 1:
        raise ValueError(f"false positive rate must lie between 0 and 1: {false_positive_rate}")
    return math.sqrt(2 * math.log(attempts / false_positive_rate))
