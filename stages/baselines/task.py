"""The task that every method gets, and the result of a search."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from stages.signature.embed.conditions import Conditions
from stages.signature.embed.distortion import Distortion
from stages.signature.search.evolution import Candidate
from stages.signature.search.space import Preset, Vector
from stages.video.clips import Clip


class ClipMap(Protocol):
    """A way to spread work on clips over processors."""

    def __call__(
        self,
        function: Callable[[Any], Any],
        items: Sequence[Any],
        clip_of: Callable[[Any], Clip],
    ) -> list[Any]:
        """Apply a function to every item, and return the results in the order of the items.

        ``clip_of`` returns the clip whose file the function reads for an item.
        """


@dataclass(frozen=True)
class Task:
    """Training clips, conditions and a budget: the same for all methods.

    Attributes
    ----------
    clips : training clips.
    conditions : real codecs, from the mildest, and the threshold of the keyed detector.
    distortion : what a mark may change.
    false_positive_rate : accepted for a video without the mark.
    preset : the planes that the mark is in.
    x0 : the hand-set point of the search space, from which every search starts.
    steps : the number of times that a method may look at all clips under all conditions.
    learning_rate : of gradient ascent, in units of the search space.
    sharpness : of the soft proxy.
    population, sigma : of CMA-ES.
    seed : of the training keys and of what is drawn.
    map_clips : spreads the work on clips.
    advance : is called after each step, with a note.
    """

    clips: tuple[Clip, ...]
    conditions: Conditions
    distortion: Distortion
    false_positive_rate: float
    preset: Preset
    x0: Vector
    steps: int
    learning_rate: float
    sharpness: float
    population: int
    sigma: float
    seed: int
    map_clips: ClipMap
    advance: Callable[[str], None]


@dataclass(frozen=True)
class SearchStep:
    """A vector that was tried, its value by the method's own objective, and its ``z``."""

    vector: Candidate
    objective: float
    z: tuple[float, ...]


@dataclass(frozen=True)
class Learned:
    """The vector that a search found, its history, and the number of real encodes that it took."""

    vector: Candidate
    history: tuple[SearchStep, ...]
    encodes: int


def best(history: Sequence[SearchStep]) -> Candidate:
    """Return the vector of the best step by the method's own objective; of equals, the earliest."""
    return max(history, key=lambda step: step.objective).vector
