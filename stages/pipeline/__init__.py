"""What every stage shares: parameters, key, metrics, workers, progress and scratch space.

Used by the stage files alone; nothing in this room knows what a signature or a codec is for,
beyond the ranges of their parameters.
"""
