"""A cluster that shares nothing with the run that it works for, and a team that shares its data.

`make cluster-check` puts every machine into a network of its own, and kills some; pytest runs the
stages on a cluster of a few processes. Nothing here looks into a stage.
"""
