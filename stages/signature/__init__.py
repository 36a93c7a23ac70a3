"""A keyed, invisible mark: key -> chips -> carriers -> embed -> detect.

The statistic and its proof stand in `detect.py` and `bound.py`; `search/` finds the best spectrum.
Nothing in this room knows of fingerprints, parameters or DVC; what the detector looks at may
depend on the video and on the public signature, never on the key.
"""
