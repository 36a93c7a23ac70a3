"""Another encoder at the same size."""

from dataclasses import replace

import numpy as np
import pytest

from stages.video.codec import Codec
from stages.video.encoder import encoder, encoder_names
from stages.video.matching import codec_of_size

CODEC = Codec("libx264", 28)


@pytest.mark.parametrize("name", ["libx265", "libsvtav1"])
def test_another_encoder_gets_the_crf_of_the_same_size(natural, name):
    size = len(CODEC.encode(natural))
    matched = codec_of_size(name, CODEC, size, lambda codec: len(codec.encode(natural)))
    sizes = {
        crf: len(replace(matched, crf=crf).encode(natural))
        for crf in (matched.crf - 1, matched.crf, matched.crf + 1)
    }
    distance = {crf: abs(np.log(other / size)) for crf, other in sizes.items()}
    assert matched.encoder == name
    assert distance[matched.crf] == min(distance.values())


@pytest.mark.parametrize("name", encoder_names())
@pytest.mark.parametrize("crf", [0, 1, 17, 28, 50, 51])
def test_every_crf_is_found_in_few_encodings(name, crf):
    tried = []

    def total_bytes(codec):
        tried.append(codec.crf)
        return 1000 - 10 * codec.crf

    matched = codec_of_size(name, CODEC, 1000 - 10 * crf, total_bytes)
    assert matched == replace(CODEC, encoder=name, crf=crf)
    assert len(tried) <= 6
    assert max(tried) <= encoder(name).max_crf


def test_the_nearest_ratio_wins_and_of_two_as_near_the_lower_crf():
    sizes = dict(enumerate([400, 200, *[100] * 50]))

    def nearest(size):
        return codec_of_size("libx264", CODEC, size, lambda codec: sizes[codec.crf]).crf

    assert nearest(10**6) == 0
    assert nearest(290) == 0  # 400 is nearer than 200 by the ratio, and not by the difference
    assert nearest(250) == 1
    assert nearest(1) == min(crf for crf in (25, 38, 45, 48, 50, 51))


def test_an_encoder_that_does_not_know_the_pixel_format_stores_its_usual_one():
    reference = replace(CODEC, pixel_format="yuv444p")
    stored = {
        name: codec_of_size(name, reference, 1, lambda _: 1).pixel_format
        for name in ("libsvtav1", "libx265")
    }
    assert stored == {"libsvtav1": "yuv420p", "libx265": "yuv444p"}
