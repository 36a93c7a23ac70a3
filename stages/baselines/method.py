"""The record type of `stages/schemes`: a way to make a watermark that can be judged."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from stages.baselines.proxy import Rounding
from stages.baselines.task import Learned, Task
from stages.contest.scheme import Scheme
from stages.signature.scheme import SpreadSpectrum
from stages.signature.search.space import to_signature


@dataclass(frozen=True)
class Prepared:
    """A scheme that is ready to be judged.

    Attributes
    ----------
    scheme : marks and detects.
    encodes : the number of real encodes that its preparation took.
    learned : the result of the search for a signature, if there was one.
    """

    scheme: Scheme
    encodes: int = 0
    learned: Learned | None = None


@dataclass(frozen=True)
class Method:
    """A record in `stages/schemes`: one row of the baselines.

    Attributes
    ----------
    label : a few words for the tables.
    prepare : makes the scheme; the task has training clips, conditions and a budget for those that
        learn, and the distortion and the false positive rate that hold for all.
    rounding : of the proxy through which the scheme is judged beside the real codec.
    """

    label: str
    prepare: Callable[[Task], Prepared]
    rounding: Rounding = "soft"


def with_our_detector(learn: Callable[[Task], Learned]) -> Callable[[Task], Prepared]:
    """Return a preparation that learns a signature for our mark, put in without a closed loop."""

    def prepare(task: Task) -> Prepared:
        learned = learn(task)
        signature = to_signature(np.array(learned.vector), task.preset)
        scheme = SpreadSpectrum(signature, task.distortion, task.false_positive_rate)
        return Prepared(scheme, learned.encodes, learned)

    return prepare
