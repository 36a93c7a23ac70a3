"""What a video goes through, on the real codecs."""

from dataclasses import replace

import numpy as np
import pytest

from stages.pipeline.params import Sweep
from stages.pipeline.processes import processes
from stages.signature.detect.alignment import SearchRange
from stages.signature.detect.bound import threshold
from stages.signature.detect.detect import searched
from stages.signature.embed.embed import embed
from stages.signature.search.space import hand_set_vector, to_signature
from stages.sources.synthetic.drawing import draw
from stages.video.channel import EDIT_NAMES, Channel, matched_codec
from stages.video.clips import Clip
from stages.video.codec import Codec
from stages.video.lossless import decode_lossless, encode_lossless
from stages.video.quality import psnr_rgb

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


@pytest.mark.parametrize("edit", EDIT_NAMES)
def test_what_comes_back_has_the_size_that_was_sent(natural, edit):
    channel = Channel(edit, (CODEC,), edit)
    received = channel.send(natural, "clip").frames
    assert psnr_rgb(channel.uncoded(natural), received) > 25
    lost = 3 if edit == "shifted" else 0
    assert received.i420.shape == (len(natural) - lost, *natural.i420.shape[1:])
    if edit == "grey":
        assert (received.plane("U") == 128).all()


def test_the_parameters_know_the_same_edits():
    annotation = Sweep.model_fields["edits"].annotation
    assert set(EDIT_NAMES) == set(annotation.__args__[0].__args__)


@pytest.mark.parametrize(
    ("edit", "reach"),
    [
        ("shifted", SearchRange(frames=4)),
        ("cropped", SearchRange(zoom_percent=8)),
        ("rescaled", SearchRange()),
    ],
)
def test_a_mark_is_found_after_an_edit(edit, search_range):
    clip = draw("natural", 4, 48, seed=3)
    signature = to_signature(hand_set_vector(), "balanced")
    marked = embed(clip, signature, KEY, psnr_db=45)
    received = Channel(edit, (CODEC,), edit, search_range).send(marked, "clip").frames
    assert searched(received, signature, KEY, search_range) > threshold(1e-6, search_range.attempts)


@pytest.mark.parametrize("encoder", ["libx265", "libsvtav1"])
def test_another_encoder_gets_the_crf_of_the_same_size(natural, tmp_path, encoder):
    path = tmp_path / "clip.mkv"
    path.write_bytes(encode_lossless(natural))
    clip = Clip(
        id="clip", path=str(path), kind="natural", group="group", class_name="", clip_number="",
        split="test", width=natural.width, height=natural.height, fit="crop",
        fps=str(natural.fps), frames=len(natural), sha256="",
    )  # fmt: skip
    with processes() as pool:
        matched = matched_codec(encoder, CODEC, [clip], pool)
    wanted = len(CODEC.encode(natural))
    sizes = {
        crf: len(replace(matched, crf=crf).encode(natural))
        for crf in (matched.crf - 1, matched.crf, matched.crf + 1)
    }
    off = {crf: abs(np.log(size / wanted)) for crf, size in sizes.items()}
    assert matched.encoder == encoder
    assert off[matched.crf] == min(off.values())


def test_an_encoder_that_does_not_know_the_pixel_format_stores_its_own(small_clips):
    like = replace(CODEC, pixel_format="yuv444p")
    with processes() as pool:
        stored = {
            encoder: matched_codec(encoder, like, list(small_clips[:1]), pool).pixel_format
            for encoder in ("libsvtav1", "libx265")
        }
    assert stored == {"libsvtav1": "yuv420p", "libx265": "yuv444p"}


def test_a_lossless_file_gives_back_the_frames(natural, tmp_path):
    path = tmp_path / "clip.mkv"
    path.write_bytes(encode_lossless(natural))
    np.testing.assert_array_equal(decode_lossless(path, natural).i420, natural.i420)
