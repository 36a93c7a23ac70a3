"""Frames to features to 256 bits to distances, and what a distance proves.

A recipe sees frames and public constants, never a key: this room imports `stages.video` and what
the whole project shares. The verdict (`impostors`) is drawn from the distances between different
videos, and never from those of a video to its own copies.
"""
