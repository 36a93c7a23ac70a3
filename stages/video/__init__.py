"""Frames in, frames out: reading, normalising, encoding, editing and comparing real video.

Nothing in this room knows of signatures, fingerprints, parameters or DVC. Encoders and edits are
records (types in `encoder.py` and `edit.py`), found by their names in `stages/encoders` and
`stages/edits`.
"""
