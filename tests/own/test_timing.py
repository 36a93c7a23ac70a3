"""The rate, and each frame's time and duration, in every kind of file."""

import subprocess
from fractions import Fraction
from typing import Any

import av
import numpy as np
import pytest

from stages.common.errors import AfterimageError
from stages.own.container.capacity import require_room
from stages.own.container.kinds import CONTAINERS
from stages.own.container.remake import Encoding, remake, usual_encoder
from stages.own.container.stored import stored
from stages.video.encoder import encoder
from stages.video.ffmpeg import executable

# One frame in seven is left out, and some at the end: at 30 a second, two gaps of two frames.
UNEVEN = "select='mod(n,7)*lt(n,17)'"


def ffmpeg(*arguments):
    subprocess.run([executable(), "-v", "error", "-y", *map(str, arguments)], check=True)


def drawn(path, rate, *options, seconds=1, filters="null"):
    ffmpeg("-f", "lavfi", "-i", f"testsrc2=size=96x64:rate={rate}:duration={seconds}",
           "-vf", filters, "-fps_mode", "passthrough", *options, path)  # fmt: skip
    return path


def copied(source, target, name=None):
    """Write a file anew, in another container."""
    suffix = target.suffix
    name = name or usual_encoder(suffix)
    video = stored(source)
    require_room(video, target)
    remake(video, video.frames(), target, suffix, Encoding(name, encoder(name).file_crf))
    return target


def timed(path):
    """Return the rate that a file states, the times of its frames from 0, and the last duration."""
    with av.open(str(path)) as container:
        stream: Any = container.streams.video[0]
        packets: list[Any] = [packet for packet in container.demux(stream) if packet.size]
        rate = stream.average_rate
    packets.sort(key=lambda packet: packet.pts)
    times = np.array([float(packet.pts * packet.time_base) for packet in packets])
    return rate, times - times[0], float((packets[-1].duration or 0) * packets[-1].time_base)


def length(path):
    """Return the seconds that a file lasts, as it says itself."""
    opened: Any = av.open(str(path))
    with opened as container:
        return container.duration / 1e6 - max(container.start_time, 0) / 1e6


@pytest.mark.parametrize("suffix", CONTAINERS)
@pytest.mark.parametrize("rate", ["60", "30000/1001", "12"])
def test_a_copy_has_the_rate_of_its_source_and_lasts_as_long(tmp_path, rate, suffix):
    source = drawn(tmp_path / "source.mp4", rate, "-c:v", "libx264")
    target = copied(source, tmp_path / f"copy{suffix}")
    tick = 0.001
    (expected, before, _), (stated, after, last) = timed(source), timed(target)
    assert stated == expected == Fraction(rate)
    assert after == pytest.approx(before, abs=tick)
    if suffix != ".ts":  # it has no durations
        assert last == pytest.approx(1 / Fraction(rate), abs=tick)
    if suffix not in {".ts", ".nut"}:  # in which ffmpeg counts from where the first frame is
        assert length(target) == pytest.approx(length(source), abs=tick)


@pytest.mark.parametrize("suffix", CONTAINERS)
def test_an_ordinary_encode_of_a_copy_loses_no_frame(tmp_path, suffix):
    """Told a lower rate than there is, ffmpeg drops frames to keep it."""
    source = drawn(tmp_path / "source.mp4", 60, "-c:v", "libx264")
    again = tmp_path / "again.mp4"
    ffmpeg("-i", copied(source, tmp_path / f"copy{suffix}"), again)
    rate, times, _ = timed(again)
    assert (rate, len(times)) == (60, 60)


def test_times_that_a_coarse_clock_rounded_are_even_and_fit_into_avi(tmp_path):
    source = drawn(tmp_path / "source.mkv", "30000/1001", "-c:v", "ffv1")
    rate, times, _ = timed(copied(source, tmp_path / "copy.avi"))
    assert rate == Fraction(30000, 1001)
    assert times == pytest.approx(np.arange(30) * 1001 / 30000, abs=1e-6)


@pytest.mark.parametrize("suffix", [suffix for suffix in CONTAINERS if suffix != ".avi"])
def test_uneven_times_are_kept(tmp_path, suffix):
    source = drawn(tmp_path / "source.mp4", 30, "-c:v", "libx264", "-bf", "3", filters=UNEVEN)
    target = copied(source, tmp_path / f"copy{suffix}")
    (_, before, _), (_, after, _) = timed(source), timed(target)
    assert len(set(np.diff(before).round(3))) > 1
    assert after == pytest.approx(before, abs=0.001)
    with av.open(str(target)) as container:
        assert container.streams.video[0].guessed_rate == 30


def test_uneven_times_are_refused_by_avi_in_one_line(tmp_path):
    source = drawn(tmp_path / "source.mp4", 30, "-c:v", "libx264", filters=UNEVEN)
    with pytest.raises(AfterimageError) as refusal:
        copied(source, tmp_path / "copy.avi")
    assert str(refusal.value) == (
        f"{tmp_path}/copy.avi: a .avi file cannot hold uneven times (frame 6 comes 0.233 s after "
        f"the first, at 30 frames a second) as in stream 0 (video, h264) of {source}; "
        ".mp4, .m4v, .mov, .mkv, .webm, .ts, .nut can"
    )
    assert not (tmp_path / "copy.avi").exists()


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".webm"])
@pytest.mark.parametrize("kind", ["gif", "mp4"])
def test_a_last_frame_that_stays_does_so_in_the_copy(tmp_path, kind, suffix):
    source = tmp_path / f"source.{kind}"
    if kind == "gif":
        drawn(source, 10, "-final_delay", "150")
    else:
        last = "setts=pts=PTS:dts=DTS:duration=if(gte(PTS*TB\\,0.89)\\,1.5/TB\\,DURATION)"
        drawn(source, 10, "-c:v", "libx264", "-bf", "0", "-bsf:v", last)
    target = copied(source, tmp_path / f"copy{suffix}")
    (_, before, stay), (_, after, stays) = timed(source), timed(target)
    assert stay == 1.5
    assert after == pytest.approx(before, abs=0.001)
    assert length(target) == pytest.approx(2.4, abs=0.001)
    assert stays == pytest.approx(1.5, abs=0.001)


@pytest.mark.parametrize("suffix", [".avi", ".ts", ".nut"])
def test_a_last_frame_that_stays_is_refused_where_it_cannot(tmp_path, suffix):
    source = drawn(tmp_path / "source.gif", 10, "-final_delay", "150")
    with pytest.raises(AfterimageError, match=r"cannot hold a last frame of 1\.500 s as in stream"):
        copied(source, tmp_path / f"copy{suffix}")
