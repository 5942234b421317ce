"""What needs no network: the simple enlargements that every result is set against."""

import numpy as np
from PIL import Image

from paddle_dip.problem.images import to_bytes
from paddle_dip.problem.resampling import back_project, pillow_resize


def bicubic(low: np.ndarray, factor: int) -> np.ndarray:
    """Return `low`, [C, h, w] in [0, 1], enlarged `factor` times by Pillow's bicubic on 8 bits: float64 [C, H, W] in [0, 1]."""
    size = (low.shape[2] * factor, low.shape[1] * factor)
    planes = to_bytes(low).transpose(2, 0, 1)
    enlarged = [np.asarray(Image.fromarray(plane).resize(size, Image.Resampling.BICUBIC)) for plane in planes]
    return np.stack(enlarged) / 255


def bicubic_back_projected(low: np.ndarray, factor: int) -> np.ndarray:
    """Return `bicubic` after exact back-projection, so that it shrinks to `low`: float64 [C, H, W] in [0, 1]."""
    image = bicubic(low, factor)
    return back_project(image, low, pillow_resize(image.shape[1:], low.shape[1:]))
