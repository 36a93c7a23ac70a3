"""What no search has touched: the hand-set spectrum, and one drawn from the whole search space."""

import numpy as np

from stages.baselines.task import Learned, Task
from stages.signature.search.evolution import candidate
from stages.signature.search.space import bounds


def hand_set(task: Task) -> Learned:
    """Where every search sets out."""
    return Learned(candidate(task.x0), (), encodes=0)


def random_spectrum(task: Task) -> Learned:
    """Every coordinate uniform over its range."""
    low, high = bounds()
    drawn = np.random.default_rng(task.seed).uniform(low, high)
    return Learned(candidate(drawn), (), encodes=0)
