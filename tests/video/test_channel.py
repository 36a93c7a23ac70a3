"""Channels, on the real codecs."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from stages.signature.embed.distortion import Distortion
from stages.signature.embed.embed import embed
from stages.signature.scheme import SpreadSpectrum
from stages.signature.search.space import hand_set_vector, to_signature
from stages.sources.synthetic.drawing import draw
from stages.video.channel import Channel
from stages.video.codec import Codec
from stages.video.edit import edit, edit_names
from stages.video.quality import psnr_rgb
from stages.video.search_range import SearchRange

KEY = b"the right key, 16 bytes or more"
CODEC = Codec("libx264", 28)


def test_without_an_edit_it_is_the_codec(natural):
    received = Channel("crf28", (CODEC,)).send(natural, "clip")
    np.testing.assert_array_equal(received.frames.i420, CODEC.round_trip(natural).i420)
    seconds = len(natural) / natural.fps
    assert received.kbps == pytest.approx(8 * len(CODEC.encode(natural)) / seconds / 1000)


def test_a_second_generation_is_two_codecs(natural):
    second = replace(CODEC, crf=35)
    received = Channel("twice", (CODEC, second), "second_generation").send(natural, "clip")
    expected = second.round_trip(CODEC.round_trip(natural))
    np.testing.assert_array_equal(received.frames.i420, expected.i420)


@pytest.mark.parametrize("name", ["grey", "shifted", "cropped", "rescaled", "mirrored"])
def test_what_comes_back_has_the_size_that_was_sent(natural, name):
    channel = Channel(name, (CODEC,), name)
    received = channel.send(natural, "clip").frames
    assert psnr_rgb(channel.uncoded(natural), received) > 25
    lost = 3 if name == "shifted" else 0
    assert received.i420.shape == (len(natural) - lost, *natural.i420.shape[1:])
    if name == "grey":
        assert (received.plane("U") == 128).all()


def test_an_edit_before_the_codec_is_encoded_and_one_after_it_is_not(natural):
    mirrored = Channel("mirrored", (CODEC,), "mirrored").send(natural, "clip")
    expected = CODEC.round_trip(edit("mirrored").apply(natural))
    np.testing.assert_array_equal(mirrored.frames.i420, expected.i420)
    grey = Channel("grey", (CODEC,), "grey").send(natural, "clip")
    expected = edit("grey").apply(CODEC.round_trip(natural))
    np.testing.assert_array_equal(grey.frames.i420, expected.i420)


@pytest.mark.parametrize("name", edit_names())
def test_a_channel_needs_the_frames_of_its_edit(name):
    fps = Fraction(30)
    assert Channel(name, (CODEC,), name).shortest_clip(fps) == edit(name).shortest_clip(fps)
    assert Channel(name, (CODEC,)).shortest_clip(fps) == 1


@pytest.mark.parametrize(
    ("name", "search_range"),
    [
        ("shifted", SearchRange(frames=4)),
        ("cropped", SearchRange(zoom_percent=8)),
        ("rescaled", SearchRange()),
    ],
)
def test_a_mark_is_found_after_an_edit(name, search_range):
    clip = draw("natural", 4, 48, seed=3)
    signature = to_signature(hand_set_vector(), "balanced")
    marked = embed(clip, signature, KEY, Distortion(45))
    received = Channel(name, (CODEC,), name, search_range).send(marked, "clip").frames
    scheme = SpreadSpectrum(signature, Distortion(45), 1e-6, search_range=search_range)
    assert scheme.detect(received, KEY).score > scheme.threshold
    assert edit(name).searches_shift == bool(search_range.frames)
    assert edit(name).searches_zoom == bool(search_range.zoom_percent)
