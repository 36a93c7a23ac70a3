"""What a closed loop found out about a clip, told to marks of other spectra, for which it is close.

The search looks at hundreds of marks. A loop for each would take all of its time, and without any
it would find what a loop makes up for anyway.
"""

from dataclasses import dataclass

import numpy as np

from stages.signature.embed.blocks import Blocks, shaped
from stages.signature.embed.closed_loop import Adapted, tilted
from stages.signature.embed.residuals import Residuals
from stages.video.planes import PlaneName


@dataclass(frozen=True)
class Adaptation:
    """Where the energy of a clip's mark has to go; plain data, in JSON's sense.

    Attributes
    ----------
    gains : amplitudes by plane, of each row of blocks, the same for all frames.
    log_odds : by how much luma's share is moved.
    """

    gains: dict[PlaneName, list[list[float]]]
    log_odds: float

    @classmethod
    def of(cls, found: Adapted) -> "Adaptation":
        """Of a mark that was adapted: its gains, averaged over the frames."""
        gains = {plane: np.round(g.mean(axis=0), 4).tolist() for plane, g in found.gains.items()}
        return cls(gains, found.log_odds)

    def applied(self, residuals: Residuals) -> Residuals:
        """The residuals, moved to where the adapted mark went."""
        gains = {plane: found for plane in residuals if (found := self._gains(plane)) is not None}
        moved = shaped({plane: residuals[plane] for plane in gains}, gains)
        return tilted({**residuals, **moved}, self.log_odds)

    def _gains(self, plane: PlaneName) -> Blocks | None:
        """Gains for a plane; those of one chroma plane hold for the other."""
        alike: tuple[PlaneName, ...] = ("Y",) if plane == "Y" else (plane, "V", "U")
        known = next((self.gains[one] for one in alike if one in self.gains), None)
        return None if known is None else np.array(known)[None]


PLAIN = Adaptation({}, 0.0)
