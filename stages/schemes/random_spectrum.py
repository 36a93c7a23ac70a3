"""A spectrum drawn from the whole search space: nothing is learned."""

import numpy as np

from stages.baselines.method import Method, with_our_detector
from stages.baselines.task import Learned, Task
from stages.signature.search.evolution import candidate
from stages.signature.search.space import bounds


def learn(task: Task) -> Learned:
    """Draw every coordinate uniformly over its range."""
    low, high = bounds()
    drawn = np.random.default_rng(task.seed).uniform(low, high)
    return Learned(candidate(drawn), (), encodes=0)


RECORD = Method("drawn at random, nothing learned", with_our_detector(learn))
