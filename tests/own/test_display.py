"""The data that a player needs besides the samples: kept, or said to be lost."""

import av
import pytest

from stages.own.container.stored import stored
from stages.video.encoder import encoder, encoder_names
from tests.own.test_timing import copied, drawn

MASTERING = "G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,50)"
HDR10 = (
    "-pix_fmt", "yuv420p10le", "-c:v", "libx265", "-x265-params",
    f"log-level=error:master-display={MASTERING}:max-cll=1000,400",
    "-color_primaries", "bt2020", "-color_trc", "smpte2084", "-colorspace", "bt2020nc",
)  # fmt: skip
INTERLACED = ("-c:v", "libx264", "-flags", "+ildct+ilme")
FOR_ALL = {"libx264": ".mp4", "libx265": ".mp4", "libsvtav1": ".mkv", "libvpx-vp9": ".webm"}


@pytest.fixture(scope="module")
def hdr10(tmp_path_factory):
    return drawn(tmp_path_factory.mktemp("hdr") / "source.mp4", 25, *HDR10)


@pytest.mark.parametrize("name", encoder_names())
def test_light_levels_are_kept_or_said_to_be_lost(hdr10, tmp_path, name):
    before = stored(hdr10).display
    assert before.levels == (1000, 400)
    assert before.mastering is not None
    assert float(before.mastering.most) == 1000
    assert float(before.mastering.least) == 0.005
    lost = list(before.lost(encoder(name)))
    after = stored(copied(hdr10, tmp_path / f"copy{FOR_ALL[name]}", name)).display
    if encoder(name).light:
        assert not lost
        assert after.levels == before.levels
        assert after.mastering is not None
        for one, other in zip(after.mastering.primaries, before.mastering.primaries, strict=True):
            assert [float(part) for part in one] == pytest.approx(
                [float(part) for part in other], abs=2e-5
            )
        assert float(after.mastering.most) == pytest.approx(1000, abs=0.01)
        assert float(after.mastering.least) == pytest.approx(0.005, abs=1e-4)
    else:
        assert lost == ["its mastering display (HDR10)", "its light levels (HDR10)"]


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts"])
@pytest.mark.parametrize("order", ["tff", "bff"])
def test_fields_are_flagged_as_in_the_source(tmp_path, order, suffix):
    source = drawn(tmp_path / "source.ts", 25, *INTERLACED, filters=f"setparams=field_mode={order}")
    assert stored(source).display.fields == order
    assert stored(copied(source, tmp_path / f"copy{suffix}")).display.fields == order


def test_fields_are_said_to_be_lost_where_they_are(tmp_path):
    source = drawn(tmp_path / "source.ts", 25, *INTERLACED, filters="setparams=field_mode=tff")
    display = stored(source).display
    for name in set(encoder_names()) - {"libx264"}:
        assert list(display.lost(encoder(name))) == ["its being interlaced (top field first)"]
    assert stored(copied(source, tmp_path / "copy.mp4", "libx265")).display.fields is None
    # What MP4 itself says of the fields.
    assert b"fiel\x01" in (tmp_path / "copy.mp4").read_bytes()


@pytest.mark.parametrize("kind", ["webm", "mov", "gif"])
def test_transparency_is_said_to_be_lost_and_its_tag_goes(tmp_path, kind):
    options = {
        "webm": ("-pix_fmt", "yuva420p", "-c:v", "libvpx-vp9"),
        "mov": ("-pix_fmt", "yuva444p10le", "-c:v", "prores_ks"),
        "gif": (),
    }[kind]
    see_through = "format=rgba,colorchannelmixer=aa=0.3"
    if kind == "gif":
        see_through += ",split[a][b];[a]palettegen[p];[b][p]paletteuse"
    source = drawn(tmp_path / f"source.{kind}", 25, *options, filters=see_through)
    assert list(stored(source).display.lost(encoder("libvpx-vp9"))) == ["its transparency (alpha)"]
    with av.open(str(copied(source, tmp_path / "copy.webm"))) as container:
        tags = container.streams.video[0].metadata
    assert not [name for name in tags if name.lower() == "alpha_mode"]


def test_an_opaque_picture_loses_nothing(tmp_path):
    for name in ("source.gif", "source.mp4"):
        source = drawn(tmp_path / name, 25)
        for encoder_name in encoder_names():
            assert not list(stored(source).display.lost(encoder(encoder_name)))


def test_captions_are_said_to_be_lost():
    """No encoder here writes them into what is read again: the words alone are looked at."""
    from stages.own.container.display import Display

    display = Display(unkept=("its closed captions",))
    assert list(display.lost(encoder("libx264"))) == ["its closed captions"]
