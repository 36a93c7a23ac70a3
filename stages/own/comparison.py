"""Comparison of two videos that come without a data set, by their fingerprints.

The pipeline fits its impostor model to the clips at hand. For two lone videos there are none, so
the model is a public constant.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from stages.fingerprint.distance import Bits, hamming
from stages.fingerprint.impostors import ImpostorModel
from stages.fingerprint.recipe import recipe

# The recipe by which videos of one's own are compared, and which the model below is of.
RECIPE = "afterimage"

# `python -m benchmarks.impostor_model` prints these two numbers: the mean of the embedded natural
# clips, and half of the degrees of freedom that they show. Halving them widens the distances of
# unrelated videos by the square root of two, for footage that is more alike than ours.
IMPOSTORS = ImpostorModel(bits=256, mean=0.4997, freedom=112)

FALSE_POSITIVE_RATE = 1e-6

Finding = Literal["same", "different", "undecided"]

_IN_WORDS: dict[Finding, str] = {
    "same": "the same video",
    "different": "not shown to be the same video",
    "undecided": "undecided, for one of the two is nearly a plain picture",
}


@dataclass(frozen=True)
class Comparison:
    """The finding about two videos, and its proof.

    Attributes
    ----------
    finding : ``undecided`` if one of them is so flat that its fingerprint says nothing.
    distance : bits that differ, of 256, in the nearest of all pairs of readings.
    pairs : number of pairs of a reading of the one and a reading of the other.
    probability : bound on the probability that two unrelated videos are this near, by the model.
    threshold : largest distance at which the finding is ``same``, in bits.
    """

    finding: Finding
    distance: int
    pairs: int
    probability: float
    threshold: int

    def __str__(self) -> str:
        best = f" in the best of {self.pairs} comparisons" if self.pairs > 1 else ""
        return (
            f"{_IN_WORDS[self.finding]}: {self.distance} of {IMPOSTORS.bits} bits differ{best}. "
            f"Two unrelated videos are this near with a probability of at most "
            f"{self.probability:.1e}; up to {self.threshold} bits count as the same video, for a "
            f"probability of at most {FALSE_POSITIVE_RATE:.0e}"
        )


def compare(a: Sequence[Bits], b: Sequence[Bits]) -> Comparison:
    """Compare two videos by some readings of each, all by ``RECIPE``.

    Every further pair of readings is one more chance to be wrong: the bound is their sum (Boole).
    """
    pairs = len(a) * len(b)
    threshold = IMPOSTORS.threshold(FALSE_POSITIVE_RATE / pairs)
    nearest = min(hamming(reading, other) for reading in a for other in b)
    probability = min(1.0, pairs * float(IMPOSTORS.probability(nearest)))
    finding: Finding = "same" if nearest <= threshold else "different"
    # The fingerprint of a picture of one colour, whatever the colour.
    plain = recipe(RECIPE).accumulator().bits()
    if min(hamming(reading, plain) for reading in (*a, *b)) <= threshold:
        finding = "undecided"
    return Comparison(finding, nearest, pairs, probability, threshold)
