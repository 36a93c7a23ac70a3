"""The machinery of every stage: parameters, key, metrics, workers, checkpoints, scratch space.

Stages and commands use it, and no other room; nothing in it knows what a signature or a codec is
for, beyond the ranges of their parameters.
"""
