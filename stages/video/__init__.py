"""Frames in, frames out: reading, normalising, encoding and comparing real video.

Nothing in this room knows of signatures, fingerprints, parameters or DVC.
"""
