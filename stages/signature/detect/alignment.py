"""Where a mark may have gone: shifted in time, or enlarged when its borders were cut away."""

import cv2
import numpy as np

from stages.signature.model.carriers import Floats


def undone(picture: Floats, zoom: float) -> Floats:
    """An enlarged picture [shape=(H, W)] at its first size, with nothing around it."""
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
