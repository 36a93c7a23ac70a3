"""UCF101: its official lists, a balanced subset of them, and the clips, from wherever they are.

A clip is taken only if it is whole and is what it was when it was first seen (`registry.py`).
Nothing here decodes a video, and no name inside an archive or a list ever becomes a path.
"""
