"""Video files as they are stored: their frames, times and other streams, read and written.

Nothing in this room knows of signatures or fingerprints.
"""
