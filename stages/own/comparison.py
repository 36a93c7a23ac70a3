"""What the distance of two fingerprints proves, for videos that come without a data set.

The pipeline fits its impostor model to the clips at hand. For two lone videos there are none, so
the model is a public constant.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from stages.fingerprint.afterimage import Afterimage
from stages.fingerprint.distance import Bits, hamming
from stages.fingerprint.impostors import ImpostorModel

# `python -m benchmarks.impostor_model` prints these two numbers: the mean of the embedded natural
# clips, and half of the degrees of freedom that they show. Halving them widens the distances of
# unrelated videos by the square root of two, for footage that is more alike than ours.
IMPOSTORS = ImpostorModel(bits=256, mean=0.4997, freedom=112)

FALSE_POSITIVE_RATE = 1e-6

Finding = Literal["same", "different", "undecided"]


@dataclass(frozen=True)
class Verdict:
    """What is known about two videos.

    Attributes
    ----------
    finding : ``undecided`` if one of them is so flat that its fingerprint says nothing.
    distance : bits that differ, of 256, in the nearest of all comparisons.
    comparisons : how many readings of the one were held against readings of the other.
    probability : bound on the probability that two unrelated videos are so near, by the model.
    threshold : largest distance at which the finding is ``same``, in bits.
    """

    finding: Finding
    distance: int
    comparisons: int
    probability: float
    threshold: int

    def __str__(self) -> str:
        told = {
            "same": "the same video",
            "different": "not shown to be the same video",
            "undecided": "undecided, for one of the two is nearly a plain picture",
        }[self.finding]
        best = f" in the best of {self.comparisons} comparisons" if self.comparisons > 1 else ""
        return (
            f"{told}: {self.distance} of {IMPOSTORS.bits} bits differ{best}, and two unrelated "
            f"videos differ in so few with a probability of at most {self.probability:.1e} "
            f"(the same up to {self.threshold} bits, for at most {FALSE_POSITIVE_RATE:.0e})"
        )


def verdict(a: Sequence[Bits], b: Sequence[Bits]) -> Verdict:
    """Compare two videos by some readings of each, all by the ``afterimage`` recipe.

    Every further comparison is one more chance to be wrong: the bound is their sum (Boole).
    """
    comparisons = len(a) * len(b)
    threshold = IMPOSTORS.threshold(FALSE_POSITIVE_RATE / comparisons)
    distance = min(hamming(one, other) for one in a for other in b)
    probability = min(1.0, comparisons * float(IMPOSTORS.probability(distance)))
    finding: Finding = "same" if distance <= threshold else "different"
    if min(hamming(one, _plain()) for one in (*a, *b)) <= threshold:
        finding = "undecided"
    return Verdict(finding, distance, comparisons, probability, threshold)


def _plain() -> Bits:
    """The fingerprint of a picture of one colour, whatever the colour [shape=(256,)]."""
    return Afterimage().bits()
