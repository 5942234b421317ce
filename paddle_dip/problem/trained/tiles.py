"""A picture of any size worked on in overlapping squares of one size, blended where they overlap."""

from collections.abc import Callable

import numpy as np

_OVERLAP = 1 / 4  # of a square's side


def in_squares(image: np.ndarray, size: int, work: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Return `work` done on a picture, [C, H, W]: float64 of the same shape. A side shorter than `size` is mirrored to its length.

    work: [C, size, size] to the same shape. Every pixel is a weighted mean of the squares over it; weights fade to their edges.
    """
    height, width = image.shape[1:]
    padded = np.pad(image, ((0, 0), (0, max(size - height, 0)), (0, max(size - width, 0))), mode="symmetric")
    fade = np.minimum(np.arange(1, size + 1), np.arange(size, 0, -1)).clip(max=int(size * _OVERLAP)).astype(np.float64)
    weight = np.outer(fade, fade)
    total, weights = np.zeros(padded.shape), np.zeros(padded.shape[1:])
    for top in _starts(padded.shape[1], size):
        for left in _starts(padded.shape[2], size):
            rows, columns = slice(top, top + size), slice(left, left + size)
            total[:, rows, columns] += weight * work(padded[:, rows, columns])
            weights[rows, columns] += weight
    return (total / weights)[:, :height, :width]


def _starts(length: int, size: int) -> list[int]:
    """Return where squares begin along a side so that they cover it, evenly, and overlap by at least `_OVERLAP`."""
    count = 1 + int(np.ceil((length - size) / (size * (1 - _OVERLAP))))
    return np.linspace(0, length - size, count).round().astype(int).tolist()
