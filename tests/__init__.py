"""The tests, which use one thread a process as the stages do: before anything imports NumPy."""

import stages  # noqa: F401
