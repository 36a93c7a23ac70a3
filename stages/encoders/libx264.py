"""H.264 by x264."""

from stages.video.encoder import Encoder, LightParameters

_FILES = (".mp4", ".m4v", ".mov", ".mkv", ".avi", ".ts", ".nut")

RECORD = Encoder(
    name="libx264",
    max_crf=51,
    pixel_formats=("yuv420p", "yuv422p", "yuv444p", "yuv420p10le"),
    # x264 otherwise picks approximations by processor, and its bits follow.
    pinned={"x264-params": "cpu-independent=1"},
    file_options={"preset": "medium"},
    file_crf=18,
    even_sides_only=True,
    interlaced={"flags:v": "+ildct+ilme"},
    light=LightParameters("x264-params", "mastering-display", "cll"),
    containers=_FILES,
    usual_in=_FILES,
)
