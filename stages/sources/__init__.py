"""Where clips come from: each module lists what it offers, and can store one offer as a file.

A source never measures clips and never splits them, beyond passing on an official split, and never
sees the rest of the pipeline.
"""
