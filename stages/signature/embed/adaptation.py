"""Adaptation: a closed loop's outcome on a clip, applied to marks of other spectra.

The search looks at hundreds of marks. A loop for each would take all of its time, and without any
it would find what a loop makes up for anyway; marks of near spectra belong in much the same places.
"""

from dataclasses import dataclass

import numpy as np

from stages.signature.embed.blocks import Blocks, shaped
from stages.signature.embed.closed_loop import Adapted, tilted
from stages.signature.embed.residuals import Residuals
from stages.video.planes import PLANES, PlaneName


@dataclass(frozen=True)
class Adaptation:
    """The places to which the energy of a clip's mark has to go; plain data, in JSON's sense.

    Attributes
    ----------
    gains : amplitudes by plane, of each row of blocks, the same for all frames.
    log_odds : by how much luma's share is moved.
    """

    gains: dict[PlaneName, list[list[float]]]
    log_odds: float

    @classmethod
    def of(cls, mark: Adapted) -> "Adaptation":
        """Average the gains of an adapted mark over the frames."""
        gains = {plane: np.round(g.mean(axis=0), 4).tolist() for plane, g in mark.gains.items()}
        return cls(gains, mark.log_odds)

    def applied(self, residuals: Residuals) -> Residuals:
        """Move the energy of residuals to where the adapted mark's went."""
        gains = {
            plane: of_plane
            for plane in residuals
            if (of_plane := self._plane_gains(plane)) is not None
        }
        moved = shaped({plane: residuals[plane] for plane in gains}, gains)
        return tilted({**residuals, **moved}, self.log_odds)

    def _plane_gains(self, plane: PlaneName) -> Blocks | None:
        """Return gains for a plane; those of one chroma plane hold for the other."""
        alike = [name for name in PLANES if PLANES[name].luma == PLANES[plane].luma]
        known = [self.gains[name] for name in (plane, *alike) if name in self.gains]
        return np.array(known[0])[None] if known else None


PLAIN = Adaptation({}, 0.0)
