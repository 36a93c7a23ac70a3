"""What the distance of two fingerprints proves, for videos that come without a data set.

The pipeline fits its impostor model to the clips at hand. For two lone videos there are none, so
the model is a public constant.
"""

from dataclasses import dataclass
from typing import Literal

from stages.fingerprint.afterimage import Afterimage
from stages.fingerprint.distance import Bits, hamming
from stages.fingerprint.impostors import ImpostorModel

# `python -m benchmarks.impostor_model` prints these two numbers: the mean of the embedded natural
# clips, and half of the degrees of freedom that they show. Halving them widens the distances of
# unrelated videos by the square root of two, for footage that is more alike than ours.
IMPOSTORS = ImpostorModel(bits=256, mean=0.4986, freedom=110)

FALSE_POSITIVE_RATE = 1e-6

Finding = Literal["same", "different", "undecided"]


@dataclass(frozen=True)
class Verdict:
    """What is known about two videos.

    Attributes
    ----------
    finding : ``undecided`` if one of them is so flat that its fingerprint says nothing.
    distance : bits that differ, of 256.
    probability : bound on the probability that two unrelated videos are so near, by the model.
    threshold : largest distance at which the finding is ``same``, in bits.
    """

    finding: Finding
    distance: int
    probability: float
    threshold: int

    def __str__(self) -> str:
        told = {
            "same": "the same video",
            "different": "not shown to be the same video",
            "undecided": "undecided, for one of the two is nearly a plain picture",
        }[self.finding]
        return (
            f"{told}: {self.distance} of {IMPOSTORS.bits} bits differ, and two unrelated videos "
            f"differ in so few with a probability of at most {self.probability:.1e} "
            f"(the same up to {self.threshold} bits, for at most {FALSE_POSITIVE_RATE:.0e})"
        )


def verdict(a: Bits, b: Bits) -> Verdict:
    """Compare two fingerprints of the ``afterimage`` recipe [shape=(256,)]."""
    threshold = IMPOSTORS.threshold(FALSE_POSITIVE_RATE)
    distance = hamming(a, b)
    finding: Finding = "same" if distance <= threshold else "different"
    if min(hamming(a, _plain()), hamming(b, _plain())) <= threshold:
        finding = "undecided"
    return Verdict(finding, distance, float(IMPOSTORS.probability(distance)), threshold)


def _plain() -> Bits:
    """The fingerprint of a picture of one colour, whatever the colour [shape=(256,)]."""
    return Afterimage().bits()
