"""What people run by hand: marks and fingerprints of videos of their own, workers, README tables.

Each module is a command, run as ``python -m stages.commands.<name>``; nothing imports it but the
shims `stages/signature/__main__.py` and `stages/fingerprint/__main__.py`.
"""
