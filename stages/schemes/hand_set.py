"""The hand-set spectrum, from which every search starts: nothing is learned."""

from stages.baselines.method import Method, with_our_detector
from stages.baselines.task import Learned, Task
from stages.signature.search.evolution import candidate


def learn(task: Task) -> Learned:
    """Return the starting point as it is."""
    return Learned(candidate(task.x0), (), encodes=0)


RECORD = Method("hand-set, nothing learned", with_our_detector(learn))
