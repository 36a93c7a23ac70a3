"""The measure of every watermark, ours or others': one protocol, and rates with their intervals.

Nothing in this room knows how a mark is made, and nothing here reads parameters or files.
"""
