"""Encoders and the containers that hold their video."""

import numpy as np
import pytest

from stages.common.errors import AfterimageError
from stages.own.container.kinds import CONTAINERS
from stages.own.container.remake import Encoding, remake, usual_encoder
from stages.own.container.stored import stored
from stages.video.encoder import encoder, encoder_names
from stages.video.frames import Frames
from stages.video.lossless import encode_lossless


@pytest.fixture(scope="module")
def source(natural, tmp_path_factory):
    """Four frames without loss."""
    path = tmp_path_factory.mktemp("remake") / "source.mkv"
    path.write_bytes(encode_lossless(Frames(natural.i420[:4], natural.fps)))
    return path


def can_be_written_and_read(source, target, encoding):
    """Tell whether a file of this kind comes back with all its frames."""
    video = stored(source)
    try:
        remake(video, video.frames(), target, target.suffix, encoding)
        copied = stored(target)
        return len(list(copied.frames())) == 4 and copied.width == video.width
    except AfterimageError:
        return False


@pytest.mark.parametrize("suffix", CONTAINERS)
@pytest.mark.parametrize("name", encoder_names())
def test_a_record_says_what_can_hold_its_video(source, tmp_path, name, suffix):
    encoding = Encoding(name, encoder(name).file_crf)
    target = tmp_path / f"copy{suffix}"
    if suffix in encoder(name).containers:
        encoding.require_room_in(target)
        assert can_be_written_and_read(source, target, encoding)
    else:
        with pytest.raises(
            AfterimageError, match=f"a {suffix} file cannot hold the video of {name}"
        ):
            encoding.require_room_in(target)
        assert not can_be_written_and_read(source, target, encoding)


@pytest.mark.parametrize("suffix", CONTAINERS)
def test_one_encoder_is_usual_in_a_container_that_can_hold_it(suffix):
    usual = [name for name in encoder_names() if suffix in encoder(name).usual_in]
    assert usual == [usual_encoder(suffix)]
    assert suffix in encoder(usual[0]).containers


def test_an_odd_size_keeps_its_chroma_whole_where_the_encoder_needs_even_sides(natural, tmp_path):
    """H.264 at an odd size is stored as 4:4:4, VP9 as 4:2:0."""
    path = tmp_path / "odd.mkv"
    with_odd_sides(natural, path)
    formats = {}
    for name in ("libx264", "libvpx-vp9"):
        video, target = stored(path), tmp_path / f"{name}.mkv"
        remake(video, video.frames(), target, ".mkv", Encoding(name, 30))
        copied = stored(target)
        assert (copied.width, copied.height) == (319, 239)
        formats[name] = next(copied.frames()).frame.format.name
    assert formats == {"libx264": "yuv444p", "libvpx-vp9": "yuv420p"}


def with_odd_sides(natural, path):
    """Write frames without the last row and column, and without loss."""
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = 319, 239, "yuv420p"
        for frame in natural.rgb()[:3]:
            cut = np.ascontiguousarray(frame[:239, :319])
            container.mux(stream.encode(av.VideoFrame.from_ndarray(cut, "rgb24")))
        container.mux(stream.encode())


def test_hevc_in_mp4_has_the_tag_that_apples_players_take(source, tmp_path):
    video = stored(source)
    for suffix, tag in ((".mp4", b"hvc1"), (".mov", b"hvc1")):
        target = tmp_path / f"tagged{suffix}"
        remake(video, video.frames(), target, suffix, Encoding("libx265", 30))
        assert tag in target.read_bytes()
        assert b"hev1" not in target.read_bytes()
