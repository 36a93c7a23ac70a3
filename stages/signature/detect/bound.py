"""Bound on the false positive rate of the statistic.

For a video made without the key, the statistic is ``z = sum_i c_i q_i / ||q||`` with independent
fair signs ``c_i`` and a vector ``q`` that does not depend on them. Hoeffding's inequality (1963,
Theorem 2) then gives ``P(z >= t) <= exp(-t^2 / 2)`` for every video, and the union bound
``k exp(-t^2 / 2)`` for the best of ``k`` attempts.
"""

import math


def false_positive_bound(z: float, attempts: int = 1) -> float:
    """Bound the probability that an unmarked video reaches ``z`` in ``attempts`` tries.

    ``min(1, attempts * exp(-z^2 / 2))``, and 1 for ``z <= 0``.
    """
    if z <= 0:
        return 1.0
    return min(1.0, attempts * math.exp(-(z**2) / 2))


def threshold(false_positive_rate: float, attempts: int = 1) -> float:
    """Return the least ``z`` whose ``false_positive_bound`` is at most ``false_positive_rate``.

    ``sqrt(2 ln(attempts / false_positive_rate))``. Raises ``ValueError`` for a rate that is not
    between 0 and 1.
    """
    if not 0 < false_positive_rate < 1:
        raise ValueError(f"false positive rate must lie between 0 and 1: {false_positive_rate}")
    return math.sqrt(2 * math.log(attempts / false_positive_rate))
