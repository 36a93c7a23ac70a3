"""The earlier *adaptive* approach: gradient ascent on the detector's score through a soft proxy."""

from typing import Any

from stages.baselines.ascent import climb
from stages.baselines.autodiff import anp
from stages.baselines.channel import ProxyChannel
from stages.baselines.method import Method, with_our_detector
from stages.baselines.proxy import Proxy
from stages.baselines.task import Learned, Task, best


def learn(task: Task) -> Learned:
    """Climb through a soft proxy for every codec, which has a slope everywhere."""
    history = climb(task, channels(task), mean_score)
    return Learned(best(history), history, encodes=0)


def channels(task: Task) -> tuple[ProxyChannel, ...]:
    """Return a soft proxy for every codec."""
    return tuple(
        ProxyChannel(Proxy(codec.crf, "soft", task.sharpness)) for codec in task.conditions.codecs
    )


def mean_score(marked: Any, _unmarked: Any) -> Any:
    """Return the mean of marked scores."""
    return anp.mean(marked)


RECORD = Method("gradient through a soft proxy", with_our_detector(learn))
