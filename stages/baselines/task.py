"""What every method gets to learn from, and what it gives back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from stages.signature.embed.blocks import Headroom
from stages.signature.embed.conditions import Conditions
from stages.signature.search.evolution import Candidate
from stages.signature.search.space import Preset, Vector
from stages.video.clips import Clip


class Map(Protocol):
    """Applies a function to every item, on many processors; results in the order of the items."""

    def __call__(self, function: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]: ...


@dataclass(frozen=True)
class Task:
    """The same for all methods.

    Attributes
    ----------
    clips : training clips.
    conditions : real codecs, from the mildest, and the threshold of the keyed detector.
    psnr_db, headroom : of the mark.
    preset : which planes the mark is in.
    x0 : the hand-set point of the search space, from which every search sets out.
    steps : how often a method may look at all clips under all conditions.
    learning_rate : of gradient ascent, in units of the search space.
    sharpness : of the soft proxy.
    population, sigma : of CMA-ES.
    seed : of the training keys and of what is drawn.
    map : where the work is done.
    advance : called after each step, with a note.
    """

    clips: tuple[Clip, ...]
    conditions: Conditions
    psnr_db: float
    headroom: Headroom
    preset: Preset
    x0: Vector
    steps: int
    learning_rate: float
    sharpness: float
    population: int
    sigma: float
    seed: int
    map: Map
    advance: Callable[[str], None]


@dataclass(frozen=True)
class Step:
    """A vector that was tried, its value by the method's own objective, and ``z`` behind it."""

    vector: Candidate
    objective: float
    z: tuple[float, ...]


@dataclass(frozen=True)
class Learned:
    """What a method found, the way to it, and how many real encodes it took."""

    vector: Candidate
    history: tuple[Step, ...]
    encodes: int


def best(history: Sequence[Step]) -> Candidate:
    """The vector of the best step by the method's own objective; of equals, the earliest."""
    return max(history, key=lambda step: step.objective).vector
