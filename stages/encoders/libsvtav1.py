"""AV1 by SVT-AV1."""

from stages.video.encoder import Encoder, LightParameters

RECORD = Encoder(
    name="libsvtav1",
    max_crf=63,
    pixel_formats=("yuv420p", "yuv420p10le"),
    speeds=(12, 11, 10, 9, 8, 8, 6, 4, 2),
    pinned={"svtav1-params": "lp=1"},
    file_options={"preset": 8},
    file_crf=24,
    light=LightParameters("svtav1-params", "mastering-display", "content-light", None, None),
    containers=(".mp4", ".m4v", ".mkv", ".webm", ".avi", ".nut"),
)
