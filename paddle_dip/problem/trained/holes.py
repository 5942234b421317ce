"""Random rectangles erased from pictures, another one for each picture in each epoch."""

import numpy as np

from paddle_dip.problem.trained.randomness import generator

# torchvision's RandomErasing, which the autoencoders' code uses.
_AREA = (0.02, 0.33)
_ASPECT = (0.3, 3.3)
_TRIES = 10


def erased(picture: np.ndarray, seed: int, epoch: int, sample: int) -> np.ndarray:
    """Return a picture, [C, H, W] in [0, 1], with a rectangle of (seed, epoch, sample) set to 0: 2 to 33 % of its area."""
    height, width = picture.shape[1:]
    top, left, tall, wide = rectangle(generator(seed, "hole", epoch, sample), height, width)
    damaged = picture.copy()
    damaged[:, top : top + tall, left : left + wide] = 0
    return damaged


def rectangle(draw: np.random.Generator, height: int, width: int, areas: tuple[float, float] = _AREA) -> tuple[int, int, int, int]:
    """Return (top, left, height, width) of a rectangle inside; after ten draws that don't fit, the middle quarter's.

    areas: the least and the greatest share of the whole.
    """
    for _ in range(_TRIES):
        area = draw.uniform(*areas) * height * width
        aspect = np.exp(draw.uniform(*np.log(_ASPECT)))
        tall, wide = round(np.sqrt(area * aspect)), round(np.sqrt(area / aspect))
        if 0 < tall < height and 0 < wide < width:
            return int(draw.integers(height - tall + 1)), int(draw.integers(width - wide + 1)), tall, wide
    return height // 4, width // 4, height // 2, width // 2
