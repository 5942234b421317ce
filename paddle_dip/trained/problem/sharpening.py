"""What a deblurrer has to beat, tuned: unsharp masking, and Wiener's filter, which knows the blur."""

import numpy as np

from paddle_dip.problem.baselines import wiener_sharpened
from paddle_dip.problem.convolution import convolved
from paddle_dip.problem.metrics import psnr
from paddle_dip.trained.problem.blurs import blur_kernel

_RADII = (1.0, 2.0, 3.0, 4.0)
_AMOUNTS = (0.25, 0.5, 1.0, 2.0, 3.0)
_BALANCES = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1.0)


def unsharp(image: np.ndarray, radius: float, amount: float) -> np.ndarray:
    """Return an image, [C, H, W] in [0, 1], plus `amount` times what a Gaussian of standard deviation `radius` takes away."""
    return (image + amount * _detail(image, radius)).clip(0, 1)


def best_unsharp(pairs: list[tuple[np.ndarray, np.ndarray]]) -> tuple[float, float]:
    """Return the radius and the amount, of a grid, with the highest mean PSNR over pairs of blurred and sharp images."""
    found: dict[tuple[float, float], float] = {}
    for radius in _RADII:
        details = [_detail(blurred, radius) for blurred, _ in pairs]
        for amount in _AMOUNTS:
            results = ((blurred + amount * detail).clip(0, 1) for (blurred, _), detail in zip(pairs, details, strict=True))
            each = [psnr(result, sharp) for result, (_, sharp) in zip(results, pairs, strict=True)]
            found[radius, amount] = float(np.mean(each))
    return max(found, key=found.__getitem__)


def best_balance(pairs: list[tuple[np.ndarray, np.ndarray]], kernel: np.ndarray) -> float:
    """Return the balance of Wiener's filter, of a grid, with the highest mean PSNR over pairs of blurred and sharp images."""

    def quality(balance: float) -> float:
        return float(np.mean([psnr(wiener_sharpened(blurred, kernel, balance), sharp) for blurred, sharp in pairs]))

    return max(_BALANCES, key=quality)


def _detail(image: np.ndarray, radius: float) -> np.ndarray:
    return image - convolved(image, blur_kernel("gaussian", radius))
