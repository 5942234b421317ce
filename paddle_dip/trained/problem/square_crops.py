"""Photos of any shape brought to one square size."""

from functools import lru_cache
from pathlib import Path

import numpy as np

from paddle_dip.io.images import read_rgb
from paddle_dip.problem.dataset import centre_crop, to_unit
from paddle_dip.problem.resampling import Resize, pillow_resize


def read_square(path: Path) -> np.ndarray:
    """Return the largest middle square of a photo, float32 [3, S, S] in [0, 1]; raises ValueError, naming a bad file."""
    pixels = read_rgb(path)
    side = min(pixels.shape[:2])
    return to_unit(centre_crop(pixels, side, side))


def resized(image: np.ndarray, size: int) -> np.ndarray:
    """Return a square image, [C, S, S] in [0, 1], as [C, size, size] in [0, 1], by Lanczos as Pillow does it."""
    return image if image.shape[1] == size else _resize(image.shape[1], size)(image)


@lru_cache(8)  # a matrix a side: photos may come in hundreds of sizes
def _resize(source: int, target: int) -> Resize:
    return pillow_resize((source, source), (target, target), clip=True)
