"""Random rectangles to erase from pictures, another one for each picture in each epoch."""

import numpy as np

from paddle_dip.trained.problem.randomness import generator

# torchvision's RandomErasing, which the autoencoders' code uses.
_AREA = (0.02, 0.33)
_ASPECT = (0.3, 3.3)
_TRIES = 10


def random_hole(height: int, width: int, seed: int, epoch: int, sample: int) -> np.ndarray:
    """Return the hole of (seed, epoch, sample), float32 [1, height, width]: 1 in a rectangle of 2 to 33 % of the area, else 0."""
    top, left, tall, wide = rectangle(generator(seed, "hole", epoch, sample), height, width)
    hole = np.zeros((1, height, width), np.float32)
    hole[:, top : top + tall, left : left + wide] = 1
    return hole


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
