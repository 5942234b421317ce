"""Random masks of what is to be filled: rectangles and strokes of a brush, another mask for each view of a photo."""

import numpy as np

from paddle_dip.trained.problem.random_erasing import rectangle
from paddle_dip.trained.problem.randomness import generator

KINDS = ("rectangle", "strokes", "both")
_AREA = (0.02, 0.2)  # of a rectangle, as a share of the picture
_MOST = 0.5  # of the picture that may be marked: the attention needs something to look at
_TRIES = 10
# A brush, as shares of the shorter side: how thick it is, how far it goes before it turns, by how much it turns at most.
_RADIUS = (0.02, 0.06)
_LENGTH = (0.08, 0.25)
_TURN = np.pi / 2
_STROKES, _CORNERS = (1, 4), (2, 8)


def random_mask(height: int, width: int, seed: int, *place: int) -> np.ndarray:
    """Return a mask of (seed, place), float32 [1, height, width]: 1 is a hole, 0 isn't; at most half of it is hole, and some is.

    place: an epoch, a photo and a view of it. With equal chances it is a rectangle, strokes, or both.
    """
    draw = generator(seed, "mask", *place)
    for _ in range(_TRIES):
        kind = KINDS[draw.integers(len(KINDS))]
        mask = np.zeros((height, width), bool)
        if kind != "strokes":
            top, left, tall, wide = rectangle(draw, height, width, _AREA)
            mask[top : top + tall, left : left + wide] = True
        if kind != "rectangle":
            for _ in range(draw.integers(*_STROKES)):
                mask |= _stroke(draw, height, width)
        if 0 < mask.mean() <= _MOST:
            return mask[None].astype(np.float32)
    mask[:] = False
    mask[height // 4 : height // 2, width // 4 : width // 2] = True
    return mask[None].astype(np.float32)


def _stroke(draw: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Return where a round brush goes along a bent line, bool [height, width]; it may leave the picture and come back."""
    side = min(height, width)
    radius = max(draw.uniform(*_RADIUS) * side, 1)
    here, angle = draw.random(2) * (height, width), draw.uniform(0, 2 * np.pi)
    mask = np.zeros((height, width), bool)
    for _ in range(draw.integers(*_CORNERS)):
        there = here + draw.uniform(*_LENGTH) * side * np.array([np.sin(angle), np.cos(angle)])
        _mark(mask, here, there, radius)
        here, angle = there, angle + draw.uniform(-_TURN, _TURN)
    return mask


def _mark(mask: np.ndarray, start: np.ndarray, end: np.ndarray, radius: float) -> None:
    """Set the pixels within `radius` of the line from `start` to `end`, both (row, column)."""
    low = np.floor(np.minimum(start, end) - radius).astype(int).clip(0, mask.shape)
    high = np.ceil(np.maximum(start, end) + radius + 1).astype(int).clip(0, mask.shape)
    rows, columns = np.ogrid[low[0] : high[0], low[1] : high[1]]
    along = end - start
    share = ((rows - start[0]) * along[0] + (columns - start[1]) * along[1]) / max(along @ along, 1e-12)
    share = share.clip(0, 1)
    near = (rows - start[0] - share * along[0]) ** 2 + (columns - start[1] - share * along[1]) ** 2 <= radius**2
    mask[low[0] : high[0], low[1] : high[1]] |= near
