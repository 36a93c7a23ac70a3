"""The video is scaled to 95 % of its width and height."""

from functools import partial

from stages.video.edit import Edit
from stages.video.filters import scaled

RECORD = Edit(label="95 % size, {first}", before=partial(scaled, factor=0.95))
