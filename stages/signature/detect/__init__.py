"""The detector: evidence of a video, alignments, the statistic ``z`` and its bound.

Nothing of how or where a mark was embedded may come in, nor a codec, nor an original: a detector
has the video, the signature and the key, and touches the key in the last step alone.
"""
