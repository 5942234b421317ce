"""Random changes of training pictures, both of a pair alike."""

from collections.abc import Sequence

import numpy as np

from paddle_dip.trained.problem.randomness import generator
from paddle_dip.trained.problem.square_crops import resized

JITTERS = ("none", "crop", "turn")
_ENLARGED = 286 / 256  # Isola et al. 2017, 6.2


def jittered(pictures: Sequence[np.ndarray], kind: str, seed: int, epoch: int, sample: int) -> Sequence[np.ndarray]:
    """Return square pictures of one size, [3, S, S] in [0, 1], changed alike by a draw of (seed, epoch, sample).

    kind: one of JITTERS. "crop", Pix2Pix's: enlarge by 286/256, cut out, flip; a blur grows with its picture. "turn": flip, and
    turn by quarters; a blur that is alike in all directions, as ours are, stays what it is.
    """
    if kind == "none":
        return pictures
    draw = generator(seed, "jitter", epoch, sample)
    return _turned(pictures, draw) if kind == "turn" else _cropped(pictures, draw)


def _turned(pictures: Sequence[np.ndarray], draw: np.random.Generator) -> list[np.ndarray]:
    quarters, step = int(draw.integers(4)), -1 if draw.random() < 0.5 else 1
    return [np.rot90(picture[..., ::step], quarters, axes=(1, 2)) for picture in pictures]


def _cropped(pictures: Sequence[np.ndarray], draw: np.random.Generator) -> list[np.ndarray]:
    size = pictures[0].shape[1]
    large = round(size * _ENLARGED)
    top, left = draw.integers(large - size + 1, size=2)
    step = -1 if draw.random() < 0.5 else 1
    return [resized(picture, large)[:, top : top + size, left : left + size][..., ::step] for picture in pictures]
