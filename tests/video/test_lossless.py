import numpy as np

from stages.video.lossless import decode_lossless, encode_lossless


def test_a_lossless_file_gives_back_the_frames(natural, tmp_path):
    path = tmp_path / "clip.mkv"
    path.write_bytes(encode_lossless(natural))
    np.testing.assert_array_equal(decode_lossless(path, natural).i420, natural.i420)
