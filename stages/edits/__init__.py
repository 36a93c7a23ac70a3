"""The edits, a record (``stages.video.edit.Edit``) in a file each, found by their names.

A new file is a new edit, for `sweep.edits` and the benchmarks. Nothing else belongs here, and
nobody imports from here.
"""
