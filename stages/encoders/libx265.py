"""HEVC by x265."""

from stages.video.encoder import Encoder, LightParameters

RECORD = Encoder(
    name="libx265",
    max_crf=51,
    pixel_formats=("yuv420p", "yuv422p", "yuv444p", "yuv420p10le"),
    pinned={"x265-params": "pools=none:frame-threads=1:wpp=0:log-level=error"},
    file_options={"preset": "medium", "x265-params": "log-level=error"},
    file_crf=20,
    even_sides_only=True,
    containers=(".mp4", ".m4v", ".mov", ".mkv", ".ts", ".nut"),
    light=LightParameters("x265-params", "master-display", "max-cll"),
    tags={"mp4": "hvc1", "mov": "hvc1"},  # the only form that Apple's players take
)
