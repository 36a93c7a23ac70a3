"""Commands that people run by hand: marks and fingerprints of their own videos, pipeline, workers.

`afterimage` is the front of most of them. Each module that is a command also runs as
``python -m stages.commands.<name>``; no other room imports one, but for the shims
`stages/signature/__main__.py` and `stages/fingerprint/__main__.py`.
"""
