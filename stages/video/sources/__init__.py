"""Where clips come from: each module lists what it offers, and can store one offer as a file.

A source never splits clips or measures them, and never sees the rest of the pipeline.
"""
