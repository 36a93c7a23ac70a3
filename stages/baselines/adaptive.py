"""The earlier *adaptive* approach: the detector's score climbs through the soft proxy."""

from typing import Any

from stages.baselines.ascent import climb
from stages.baselines.autodiff import anp
from stages.baselines.channel import ThroughProxy
from stages.baselines.proxy import Proxy
from stages.baselines.task import Learned, Task, best


def learn(task: Task) -> Learned:
    """No real encode, and a slope everywhere."""
    history = climb(task, channels(task), mean_score)
    return Learned(best(history), history, encodes=0)


def channels(task: Task) -> tuple[ThroughProxy, ...]:
    """A soft proxy for every codec."""
    return tuple(
        ThroughProxy(Proxy(codec.crf, "soft", task.sharpness)) for codec in task.conditions.codecs
    )


def mean_score(marked: Any, _unmarked: Any) -> Any:
    """The mean of marked scores: what a detector's output is, and no more."""
    return anp.mean(marked)
