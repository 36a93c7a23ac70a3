"""Watermarks that the stage `baseline` judges beside ours: one file each, found by its name.

A file holds ``RECORD = Method(...)``: a label, and a function that makes a scheme. To add one,
write the file and name it in `baseline.methods` of `params.yaml`. Good starts are `hand_set.py`
(another spectrum for our detector) and `tests/schemes/stranger.py` (a keyed mark of one's own).
"""
