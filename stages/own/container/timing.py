"""The times of a stored video's frames, read from its packets without decoding any."""

from array import array
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

# Of a video that says nothing of its rate.
_USUAL_RATE = Fraction(25)
# Where a container's clock is coarse, even frames come at times that are rounded to its ticks.
_ROUNDING = Fraction(1, 1000)


@dataclass(frozen=True)
class Timing:
    """The times at which frames are shown, in seconds.

    Attributes
    ----------
    rate : nominal number of frames a second; single frames may last longer or shorter.
    first, last : times of the first frame and of the last.
    end : time until which the last frame is shown.
    late : number of the first frame that does not follow at the rate, and its time from the first
        frame's, if there is one.
    """

    rate: Fraction
    first: Fraction
    last: Fraction
    end: Fraction
    late: tuple[int, Fraction] | None

    def index(self, time: Fraction) -> int:
        """Count the frames from time 0 to a frame's time, at the rate."""
        return round(self.first * self.rate) + round((time - self.first) * self.rate)

    @property
    def last_seconds(self) -> Fraction:
        """The time for which the last frame is shown."""
        return self.end - self.last

    @property
    def odd_end(self) -> bool:
        """Tell whether the last frame is shown for longer or shorter than the rate says."""
        return abs(self.last_seconds - 1 / self.rate) > _ROUNDING


def read_timing(container: Any, stream: Any) -> Timing | None:
    """Read the times of a stream of an open PyAV container to its end; None if it has none."""
    tick = Fraction(stream.time_base)
    times, last, lasts = array("q"), None, None
    for packet in container.demux(stream):
        time = packet.dts if packet.pts is None else packet.pts
        if not packet.size or packet.is_discard or time is None:
            continue
        times.append(time)
        if last is None or time > last:
            last, lasts = time, packet.duration
    if last is None:
        return None
    rate = Fraction(stream.guessed_rate or stream.average_rate or _USUAL_RATE)
    in_order = np.sort(np.frombuffer(times, np.int64))
    end = _end(container, stream)
    if end is None or end <= last:
        end = last + (lasts or round(1 / rate / tick))
    first = int(in_order[0])
    return Timing(
        rate, first * tick, last * tick, end * tick, _first_late(in_order - first, tick, rate)
    )


def _end(container: Any, stream: Any) -> int | None:
    """Return the end that an MP4 or MOV file states: its frames last from one to the next.

    A frame that is decoded last need not be the one that is shown last, and has the longer time.
    """
    if "mov" not in container.format.name or stream.duration is None:
        return None
    return int(stream.start_time or 0) + int(stream.duration)


def _first_late(
    ticks: np.ndarray[Any, np.dtype[np.int64]], tick: Fraction, rate: Fraction
) -> tuple[int, Fraction] | None:
    """Find the first frame that does not follow the one before it by one at the rate.

    Packets at one and the same place, of which a decoder shows the last alone, are no fault.
    """
    places = ticks * float(tick * rate)
    whole = np.rint(places)
    off = np.abs(places - whole) > float(max(tick, _ROUNDING) * rate) + 1e-6
    off[1:] |= np.diff(whole) > 1
    if not off.any():
        return None
    frame = int(off.argmax())
    return frame, int(ticks[frame]) * tick
