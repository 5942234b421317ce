"""The random jitter of Pix2Pix: enlarge, cut out at random, flip at random, both pictures of a pair alike."""

import numpy as np

from paddle_dip.problem.trained.randomness import generator
from paddle_dip.problem.trained.squares import resized

_ENLARGED = 286 / 256  # Isola et al. 2017, 6.2


def jittered(pictures: list[np.ndarray], seed: int, epoch: int, sample: int) -> list[np.ndarray]:
    """Return square pictures of one size, [3, S, S] in [0, 1], jittered alike by a draw of (seed, epoch, sample)."""
    size = pictures[0].shape[1]
    large = round(size * _ENLARGED)
    draw = generator(seed, "jitter", epoch, sample)
    top, left = draw.integers(large - size + 1, size=2)
    step = -1 if draw.random() < 0.5 else 1
    return [resized(picture, large)[:, top : top + size, left : left + size][..., ::step] for picture in pictures]
