"""Alignments in space: an enlargement, whose borders were cut away, undone."""

import cv2
import numpy as np

from stages.signature.model.carriers import Floats


def undo_zoom(picture: Floats, zoom: float) -> Floats:
    """Return an enlarged picture [shape=(H, W)] at its first size, with zeros around it."""
    if zoom == 1:
        return picture
    height, width = picture.shape
    centre = (np.array([width, height]) - 1) / 2
    # From where in the enlarged picture each pixel is read.
    matrix = np.column_stack([zoom * np.eye(2), (1 - zoom) * centre])
    small = cv2.warpAffine(
        picture, matrix, (width, height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderValue=0,
    )  # fmt: skip
    return np.asarray(small)
