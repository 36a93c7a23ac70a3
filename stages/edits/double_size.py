"""The video is scaled to twice its width and height."""

from functools import partial

from stages.video.edit import Edit
from stages.video.filters import scaled

RECORD = Edit(label="double size, {first}", before=partial(scaled, factor=2))
