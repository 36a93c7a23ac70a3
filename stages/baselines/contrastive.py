"""The earlier *contrastive* approach: marked and unmarked scores are pushed apart.

The proxy rounds hard, as a codec does, and its slope is taken for 1.
"""

from typing import Any

from stages.baselines.ascent import climb
from stages.baselines.autodiff import anp
from stages.baselines.channel import ThroughProxy
from stages.baselines.proxy import Proxy
from stages.baselines.task import Learned, Task, best

# Keeps a single clip's variance of nothing from being divided by.
_LEAST_VARIANCE = 1e-3


def learn(task: Task) -> Learned:
    """No real encode either."""
    channels = tuple(ThroughProxy(Proxy(codec.crf, "hard")) for codec in task.conditions.codecs)
    history = climb(task, channels, separation, unmarked=True)
    return Learned(best(history), history, encodes=0)


def separation(marked: Any, unmarked: Any) -> Any:
    """The discriminability index d': distance of the means over the common standard deviation."""
    variance = (anp.var(marked) + anp.var(unmarked)) / 2
    return (anp.mean(marked) - anp.mean(unmarked)) / anp.sqrt(variance + _LEAST_VARIANCE)
