"""Tools that every room may use: errors, files, command lines, keys, records, statistics.

Nothing in this room imports another room of the project, or knows what a video is.
"""
