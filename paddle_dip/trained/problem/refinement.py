"""What makes a deblurrer's picture closer to the truth without any training: a mean over turns, and the photo's own word."""

from collections.abc import Callable

import numpy as np

from paddle_dip.problem.baselines import wiener_filtered
from paddle_dip.problem.convolution import convolved

BALANCE = 0.01  # chosen among 0.001, 0.003, 0.01 and 0.03 on scikit-image's photos, for a disk of 6 pixels


def turned_mean(work: Callable[[np.ndarray], np.ndarray], square: np.ndarray) -> np.ndarray:
    """Return the mean of what `work` makes of a square, [C, S, S], in its eight flips and turns, each turned back.

    What a network guesses changes with the turn, what it knows doesn't (self-ensemble: Timofte et al. 2016; Lim et al. 2017).
    """
    results = []
    for step in (1, -1):
        for quarters in range(4):
            seen = np.rot90(square[..., ::step], quarters, axes=(1, 2))
            results.append(np.rot90(work(seen), -quarters, axes=(1, 2))[..., ::step])
    return np.mean(results, axis=0)


def corrected(sharp: np.ndarray, blurred: np.ndarray, kernel: np.ndarray, balance: float = BALANCE) -> np.ndarray:
    """Return a deblurred picture, [C, H, W] in [0, 1], made to agree with the photo, float64: what its blur still lacks is added.

    That is Wiener's filter with the network's picture in the place of a smooth one: the least of |blurred - kernel * x|^2 +
    balance |Laplacian of (x - sharp)|^2. kernel: of the blur, of odd sides.
    """
    return (sharp + wiener_filtered(blurred - convolved(sharp, kernel), kernel, balance)).clip(0, 1)
