"""The earlier *contrastive* approach: marked and unmarked scores are pushed apart.

The proxy rounds hard, as a codec does, and its slope is taken for 1.
"""

from typing import Any

from stages.baselines.ascent import climb
from stages.baselines.autodiff import anp
from stages.baselines.channel import ProxyChannel
from stages.baselines.method import Method, with_our_detector
from stages.baselines.proxy import Proxy
from stages.baselines.task import Learned, Task, best

# Keeps the objective finite where the variance is 0, as for a single clip.
_LEAST_VARIANCE = 1e-3


def learn(task: Task) -> Learned:
    """Climb through a hard proxy for every codec."""
    channels = tuple(ProxyChannel(Proxy(codec.crf, "hard")) for codec in task.conditions.codecs)
    history = climb(task, channels, separation, unmarked=True)
    return Learned(best(history), history, encodes=0)


def separation(marked: Any, unmarked: Any) -> Any:
    """Return the discriminability index d': distance of the means over the common deviation."""
    variance = (anp.var(marked) + anp.var(unmarked)) / 2
    return (anp.mean(marked) - anp.mean(unmarked)) / anp.sqrt(variance + _LEAST_VARIANCE)


RECORD = Method(
    "marked and unmarked pushed apart, through a hard proxy",
    with_our_detector(learn),
    rounding="hard",
)
