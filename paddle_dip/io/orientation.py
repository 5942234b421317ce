"""EXIF's orientations: a picture as its file has it, and upright."""

import numpy as np

TURNED = (5, 6, 7, 8)  # those that swap height and width


def upright(samples: np.ndarray, orientation: int) -> np.ndarray:
    """Return [H, W, C] samples turned as EXIF's orientation (1 to 8) says."""
    if orientation in TURNED:
        samples = samples.transpose(1, 0, 2)
    if orientation in (3, 4, 7, 8):
        samples = samples[::-1]
    if orientation in (2, 3, 6, 7):
        samples = samples[:, ::-1]
    return samples


def as_filed(samples: np.ndarray, orientation: int) -> np.ndarray:
    """Return upright [H, W, C] samples as they lie in the file: undoes `upright`."""
    if orientation in (2, 3, 6, 7):
        samples = samples[:, ::-1]
    if orientation in (3, 4, 7, 8):
        samples = samples[::-1]
    return samples.transpose(1, 0, 2) if orientation in TURNED else samples
