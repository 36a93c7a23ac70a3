"""The records of encoders, and the options that they make."""

import pytest

from stages.common.errors import AfterimageError
from stages.video.encoder import SPEEDS, encoder, encoder_names

# Bits follow from these: a change of any makes every number of that encoder another.
X265 = {"x265-params": "pools=none:frame-threads=1:wpp=0:log-level=error"}
OPTIONS = {
    ("libx264", "ultrafast"): {"preset": "ultrafast", "x264-params": "cpu-independent=1"},
    ("libx264", "medium"): {"preset": "medium", "x264-params": "cpu-independent=1"},
    ("libx265", "fast"): {"preset": "fast", **X265},
    ("libx265", "veryslow"): {"preset": "veryslow", **X265},
    ("libvpx-vp9", "ultrafast"): {"b:v": 0, "deadline": "good", "cpu-used": 5, "row-mt": 0},
    ("libvpx-vp9", "medium"): {"b:v": 0, "deadline": "good", "cpu-used": 4, "row-mt": 0},
    ("libvpx-vp9", "slow"): {"b:v": 0, "deadline": "good", "cpu-used": 2, "row-mt": 0},
    ("libvpx-vp9", "veryslow"): {"b:v": 0, "deadline": "good", "cpu-used": 0, "row-mt": 0},
    ("libsvtav1", "ultrafast"): {"preset": 12, "svtav1-params": "lp=1"},
    ("libsvtav1", "fast"): {"preset": 8, "svtav1-params": "lp=1"},
    ("libsvtav1", "medium"): {"preset": 8, "svtav1-params": "lp=1"},
    ("libsvtav1", "veryslow"): {"preset": 2, "svtav1-params": "lp=1"},
}


@pytest.mark.parametrize(("name", "preset"), OPTIONS)
def test_a_preset_becomes_the_encoders_own_options(name, preset):
    assert encoder(name).options(preset) == OPTIONS[name, preset]


@pytest.mark.parametrize("name", encoder_names())
def test_a_record_is_whole(name):
    record = encoder(name)
    assert len(record.speeds) == len(SPEEDS)
    assert 0 <= record.file_crf <= record.max_crf
    assert record.pixel_formats[0] == "yuv420p"
    assert set(record.usual_in) <= set(record.containers)


def test_the_records_are_found_by_the_names_of_their_files():
    assert {"libx264", "libx265", "libvpx-vp9", "libsvtav1"} <= set(encoder_names())
    assert all(encoder(name).name == name for name in ("libx264", "libvpx-vp9"))


def test_an_unknown_encoder_is_refused_with_the_known_ones():
    with pytest.raises(AfterimageError, match="no 'libx266' there; known: libsvtav1, "):
        encoder("libx266")
