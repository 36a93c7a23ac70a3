from dataclasses import asdict
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from stages.video.codec import Codec
from stages.video.encoder import encoder, encoder_names
from stages.video.frames import Frames, Geometry, read
from stages.video.lossless import encode_lossless
from stages.video.probe import probe
from stages.video.quality import psnr_rgb

SETTINGS = [(name, stored) for name in encoder_names() for stored in encoder(name).pixel_formats]


@pytest.fixture(scope="module")
def short(natural):
    return Frames(natural.i420[:10], natural.fps)


@pytest.mark.parametrize(("name", "pixel_format"), SETTINGS)
def test_every_setting_gives_the_same_shape_and_a_like_picture(short, name, pixel_format):
    received = Codec(name, 30, pixel_format=pixel_format, preset="veryfast").round_trip(short)
    assert received.i420.shape == short.i420.shape
    assert 22 < psnr_rgb(short, received) < 60


@pytest.mark.parametrize("name", encoder_names())
def test_the_round_trip_and_the_file_on_disk_decode_to_identical_frames(tmp_path, short, name):
    """What CMA-ES scores is what `compress` writes: one codec, by two ways of decoding."""
    codec = Codec(name, 35, preset="veryfast")
    path = tmp_path / "clip.mkv"
    path.write_bytes(codec.encode(short))
    from_disk = read(path, Geometry(short.width, short.height), max_frames=100, fps=short.fps)
    np.testing.assert_array_equal(codec.round_trip(short).i420, from_disk.i420)


@pytest.mark.parametrize("name", encoder_names())
def test_the_same_frames_give_the_same_bytes(short, name):
    codec = Codec(name, 33, preset="veryfast")
    assert codec.encode(short) == codec.encode(short)


@pytest.mark.parametrize("name", encoder_names())
def test_a_higher_crf_is_smaller_and_worse(short, name):
    mild, harsh = (Codec(name, crf, preset="veryfast") for crf in (20, encoder(name).max_crf))
    assert len(mild.encode(short)) > 2 * len(harsh.encode(short))
    assert psnr_rgb(short, mild.round_trip(short)) > psnr_rgb(short, harsh.round_trip(short)) + 3


def test_crf_0_of_x264_loses_nothing(short):
    np.testing.assert_array_equal(Codec("libx264", 0).round_trip(short).i420, short.i420)


def test_the_gop_bounds_the_distance_of_key_frames(short):
    every_frame = Codec("libx264", 28, gop=1)
    assert len(every_frame.encode(short)) > 1.2 * len(Codec("libx264", 28).encode(short))


@pytest.mark.parametrize("size", [(64, 64), (66, 70), (130, 98)])
def test_sizes_that_fill_no_macroblock_survive(size):
    width, height = size
    rng = np.random.default_rng(1)
    noise = rng.integers(0, 256, (3, height * 3 // 2, width), dtype=np.uint8)
    frames = Frames(noise, Fraction(30000, 1001))
    assert Codec().round_trip(frames).i420.shape == noise.shape


def test_a_codec_is_plain_data():
    assert asdict(Codec())["crf"] == 28


def test_real_clips_decode_alike_from_file_and_round_trip(real_clips, tmp_path: Path):
    clip = next(path for path in real_clips if path.name.startswith("v_Archery"))
    geometry = Geometry(320, 240)
    found = probe(clip, geometry, max_frames=20)
    frames = read(clip, geometry, max_frames=20, fps=found.fps)
    codec = Codec()
    (tmp_path / "a.mkv").write_bytes(codec.encode(frames))
    from_disk = read(tmp_path / "a.mkv", geometry, max_frames=20, fps=frames.fps)
    np.testing.assert_array_equal(codec.round_trip(frames).i420, from_disk.i420)


def test_a_file_is_transcoded_as_its_frames_are(tmp_path, natural):
    source, target = tmp_path / "source.mkv", tmp_path / "target.mkv"
    slow = Frames(natural.i420, Fraction(10))
    source.write_bytes(encode_lossless(slow))
    codec, geometry = Codec(crf=35), Geometry(320, 240)
    codec.transcode(source, target, geometry, max_frames=20)
    received = read(target, geometry, max_frames=100, fps=Fraction(25))
    expected = codec.round_trip(Frames(natural.i420[:20], Fraction(25)))
    np.testing.assert_array_equal(received.i420, expected.i420)
