"""Frames to features to bits to distances, and what a distance proves.

A recipe sees frames and public constants, never a key: this room imports `stages.video` and
`stages.common` alone. The impostor model (`impostors`) is fitted to distances between different
videos, and never to those of a video to its own copies. Nothing belongs here that only commands
need: stages depend on the whole folder.
"""
