"""Watermarks that the stage `baseline` judges beside ours: one file each, found by its name.

A file holds ``RECORD = Method(...)``: a label, and a function that makes a scheme. To add one,
write the file and name it in `baseline.methods` of `params.yaml`; `fixed_pattern.py` is an example.
"""
