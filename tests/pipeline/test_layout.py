"""Paths of what the stages make."""

from pathlib import Path

import pytest

from stages.common.errors import AfterimageError
from stages.pipeline import layout


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/etc/x", "..", "a\0b"])
def test_no_name_of_a_clip_leads_out_of_the_data_folder(name):
    for place in (layout.clip, layout.compressed):
        with pytest.raises(AfterimageError, match="outside of data"):
            place(name)
    assert layout.clip("a/..b/c") == Path("data/clips/a/..b/c")
