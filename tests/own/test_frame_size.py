"""A signature that was learned for frames of another size than the usual one."""

from dataclasses import replace

import pytest

from stages.own.container.remake import Encoding
from stages.own.detect_file import canonical, detect_file
from stages.own.mark_file import mark_file
from stages.signature.model.spectrum import FrameSize
from stages.signature.search.space import hand_set_vector, to_signature
from stages.video.lossless import encode_lossless

KEY = b"the right key, 16 bytes or more"
USUAL = to_signature(hand_set_vector(), "balanced")
OTHER = replace(USUAL, frame=FrameSize(480, 270))


@pytest.fixture(scope="module")
def marked(natural, tmp_path_factory):
    """A video of 320x240, marked with the signature for the other size."""
    folder = tmp_path_factory.mktemp("sizes")
    (folder / "source.mkv").write_bytes(encode_lossless(natural))
    mark_file(
        folder / "source.mkv", folder / "marked.mkv", OTHER, KEY,
        psnr_db=45, encoding=Encoding("libx264", 18),
    )  # fmt: skip
    return folder / "marked.mkv"


def test_the_frame_is_the_signatures():
    geometry = canonical(OTHER)
    assert (geometry.width, geometry.height, geometry.fit) == (480, 270, "stretch")


def test_a_mark_is_found_at_the_size_for_which_its_signature_was_learned(marked):
    assert detect_file(marked, OTHER, KEY).found


def test_it_is_not_found_at_another_size(marked):
    """Its blocks lie elsewhere there: that it is found above is due to the signature's frame."""
    assert not detect_file(marked, USUAL, KEY).found
