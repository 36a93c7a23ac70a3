"""The video is scaled to half its width and height."""

from functools import partial

from stages.video.edit import Edit
from stages.video.filters import scaled

RECORD = Edit(label="half size, {first}", before=partial(scaled, factor=0.5))
