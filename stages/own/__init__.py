"""Videos of one's own, outside of the pipeline: marking, detecting and comparing whole files.

Nothing here is used by a DVC stage, and nothing here knows of `params.yaml`.
"""
