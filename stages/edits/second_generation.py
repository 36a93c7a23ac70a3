"""The video is encoded a second time."""

from stages.video.edit import Edit

RECORD = Edit(label="{first}, then {last}", second_encode=True)
