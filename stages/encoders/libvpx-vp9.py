"""VP9 by libvpx."""

from stages.video.encoder import Encoder

RECORD = Encoder(
    name="libvpx-vp9",
    max_crf=63,
    pixel_formats=("yuv420p", "yuv422p", "yuv444p", "yuv420p10le"),
    # Above 5 are speeds for live video, which "good" does not have.
    speeds=(5, 5, 5, 5, 5, 4, 2, 1, 0),
    speed_option="cpu-used",
    pinned={"b:v": 0, "deadline": "good", "row-mt": 0},
    file_options={"b:v": 0, "deadline": "good", "cpu-used": 4, "row-mt": 1},
    file_crf=24,
    containers=(".mp4", ".m4v", ".mkv", ".webm", ".avi", ".nut"),
    usual_in=(".webm",),
)
