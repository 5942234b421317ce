"""Unsharp masking: what a deblurrer has to beat."""

from itertools import product

import numpy as np

from paddle_dip.problem.metrics import psnr
from paddle_dip.problem.trained.blurs import blur_kernel, convolved

_RADII = (1.0, 2.0, 3.0, 4.0)
_AMOUNTS = (0.25, 0.5, 1.0, 2.0, 3.0)


def unsharp(image: np.ndarray, radius: float, amount: float) -> np.ndarray:
    """Return an image, [C, H, W] in [0, 1], plus `amount` times what a Gaussian of standard deviation `radius` takes away."""
    return (image + amount * (image - convolved(image, blur_kernel("gaussian", radius)))).clip(0, 1)


def best_unsharp(pairs: list[tuple[np.ndarray, np.ndarray]]) -> tuple[float, float]:
    """Return the radius and the amount, of a grid, with the highest mean PSNR over pairs of blurred and sharp images."""

    def score(setting: tuple[float, float]) -> float:
        return float(np.mean([psnr(unsharp(blurred, *setting), sharp) for blurred, sharp in pairs]))

    return max(product(_RADII, _AMOUNTS), key=score)
