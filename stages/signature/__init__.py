"""A keyed, invisible mark: key -> chips -> carriers -> embed -> detect.

``model`` describes the mark, ``embed`` puts it into a video, ``detect`` looks for it, and
``search`` finds the spectrum that survives best. ``detect/bound.py`` proves what the detector's
statistic is worth. Nothing in this room knows of fingerprints, parameters or DVC. The features
that the detector computes may depend on the video and on the public signature, never on the key.
"""
