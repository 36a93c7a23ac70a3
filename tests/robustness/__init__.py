"""Trials of the whole pipeline from outside: the same bits everywhere, and nothing lost.

Each trial is a command that takes minutes and writes what it tried to `benchmarks/results/`;
pytest runs a sample of each. Nothing here looks into a stage: commands, files and messages alone.
"""
