"""Clips that are drawn here, without any file or network: the embedded data set."""
