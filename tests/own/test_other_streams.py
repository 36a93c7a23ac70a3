"""The streams beside the video: covers stay covers, and what is to be played stays so."""

import av
import pytest

from stages.common.errors import AfterimageError
from stages.own.container.capacity import require_room
from stages.own.container.kinds import CONTAINERS
from stages.own.container.stored import stored
from tests.own.test_timing import copied, drawn, ffmpeg

DRAWN = ("-f", "lavfi", "-i")
VIDEO, PICTURE = "testsrc2=size=96x64:duration=1", "testsrc2=size=64x64:rate=1:duration=1"
# The endings of files that can hold a cover.
ABLE = [".mp4", ".m4v", ".mkv"]


def covered(path, codec="mjpeg"):
    """Write a video behind its cover."""
    ffmpeg(*DRAWN, PICTURE, *DRAWN, VIDEO, "-map", "0", "-map", "1", "-c:v:0", codec,
           "-c:v:1", "libx264", "-disposition:0", "attached_pic", path)  # fmt: skip
    return path


def streams(path):
    """Return the dispositions and the first packet of each stream."""
    described = []
    for index in range(len(stored(path).streams)):
        with av.open(str(path)) as container:
            stream = container.streams[index]
            packet = next(packet for packet in container.demux(stream) if packet.size)
            described.append((stream.disposition.name, bytes(packet), dict(stream.metadata)))
    return described


@pytest.mark.parametrize("suffix", CONTAINERS)
@pytest.mark.parametrize("codec", ["mjpeg", "png"])
def test_a_cover_stays_a_cover_or_is_refused(tmp_path, codec, suffix):
    source = covered(tmp_path / "source.mp4", codec)
    cover = next(stream for stream in stored(source).kept_streams if stream.is_cover)
    target = tmp_path / f"copy{suffix}"
    if suffix in ABLE:
        picture = next(packet for name, packet, _ in streams(source) if name == "attached_pic")
        after = streams(copied(source, target))
        assert [name for name, _, _ in after] == ["default", "attached_pic"]
        assert after[1][1] == picture
        assert stored(target).kept_streams[0].is_cover
    else:
        with pytest.raises(AfterimageError) as refusal:
            require_room(stored(source), target)
        assert str(refusal.value) == (
            f"{target}: a {suffix} file cannot hold stream {cover} of {source}; "
            f"{', '.join(ABLE)} can"
        )


def test_covers_in_matroska_keep_their_names(tmp_path):
    video, front, back = tmp_path / "video.mkv", tmp_path / "front.jpg", tmp_path / "back.png"
    drawn(video, 25, "-c:v", "libx264")
    for picture in (front, back):
        ffmpeg(*DRAWN, PICTURE, picture)
    source = tmp_path / "source.mkv"
    ffmpeg("-i", video, "-c", "copy", "-attach", front, "-attach", back,
           "-metadata:s:t:0", "mimetype=image/jpeg", "-metadata:s:t:1", "mimetype=image/png",
           "-metadata:s:t:0", "filename=a front.jpg", source)  # fmt: skip
    before, after = streams(source), streams(copied(source, tmp_path / "copy.mkv"))
    assert [name for name, _, _ in after] == [None, "attached_pic", "attached_pic"]
    assert [packet for _, packet, _ in after[1:]] == [packet for _, packet, _ in before[1:]]
    assert [tags["filename"] for _, _, tags in after[1:]] == ["a front.jpg", "back.png"]


def two_videos(path, first, second, sizes=("64x48", "96x64")):
    ffmpeg(*DRAWN, f"testsrc2=size={sizes[0]}:duration=1", *DRAWN,
           f"testsrc2=size={sizes[1]}:duration=1", "-map", "0", "-map", "1", "-c:v", "libx264",
           "-disposition:0", first, "-disposition:1", second, path)  # fmt: skip
    return path


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".nut"])
def test_what_is_to_be_played_by_default_stays_so(tmp_path, suffix):
    source = two_videos(tmp_path / "source.mkv", "0", "default", ("96x64", "64x48"))
    video = stored(source)
    assert (video.stream.index, video.width) == (1, 64)
    target = copied(source, tmp_path / f"copy{suffix}")
    assert [name for name, _, _ in streams(target)] == ["default", None]
    assert stored(target).width == 64


@pytest.mark.parametrize("suffix", [".avi", ".ts"])
def test_a_smaller_video_that_is_the_one_to_play_is_refused_where_nothing_can_say_so(
    tmp_path, suffix
):
    source = two_videos(tmp_path / "source.mkv", "default", "0")
    said = f"a {suffix} file cannot hold which of 2 videos is the one to play, as is said in stream"
    with pytest.raises(AfterimageError, match=said):
        require_room(stored(source), tmp_path / f"copy{suffix}")


def test_the_larger_of_two_needs_nothing_that_says_so(tmp_path):
    source = two_videos(tmp_path / "source.mkv", "0", "default")
    assert stored(copied(source, tmp_path / "copy.ts")).width == 96
