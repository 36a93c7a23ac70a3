"""The borders are cut away: 5 % of the width and of the height, half on each side."""

from functools import partial

from stages.video.edit import Edit
from stages.video.filters import cropped

RECORD = Edit(
    label="5 % cut away and enlarged, {first}",
    before=partial(cropped, share=0.05),
    searches_zoom=True,
)
