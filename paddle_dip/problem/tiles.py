"""A picture worked on in overlapping tiles, blended where they overlap."""

from collections.abc import Callable, Iterable

import numpy as np

_OVERLAP = 1 / 4  # of a tile's side

Tile = tuple[slice, slice]


def tiling(height: int, width: int, fits: Callable[[int, int], bool]) -> list[Tile]:
    """Return equal tiles that cover a picture, as few as are needed for `fits`(tile height, tile width).

    The longer side is cut first. Raises ValueError where not even tiles of 32 pixels fit.
    """
    tile = [height, width]
    while not fits(*tile):
        longer = int(tile[1] > tile[0])
        tile[longer] = tile[longer] * 3 // 4
        if tile[longer] < 32:
            raise ValueError("--max-memory is too little for a tile of 32 pixels a side")
    starts = [_starts(side, part) for side, part in zip((height, width), tile, strict=True)]
    return [(slice(top, top + tile[0]), slice(left, left + tile[1])) for top in starts[0] for left in starts[1]]


def blended(parts: Iterable[tuple[Tile, np.ndarray]], height: int, width: int, scale: int = 1) -> np.ndarray:
    """Return one picture, float64 [C, scale * height, scale * width], of tiles and what became of them, [C, scale * h, scale * w].

    Where tiles overlap they fade into each other.
    """
    total, weights = 0.0, np.zeros((height * scale, width * scale))
    for (rows, columns), part in parts:
        where = tuple(slice(side.start * scale, side.stop * scale) for side in (rows, columns))
        weight = np.outer(*(_fade(side.stop - side.start) for side in where))
        if np.isscalar(total):
            total = np.zeros((len(part), *weights.shape))
        total[(slice(None), *where)] += weight * part
        weights[where] += weight
    return total / weights


def in_squares(image: np.ndarray, size: int, work: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Return `work` done on a picture, [C, H, W], of any size: float64 of the same shape.

    work: [C, size, size] to the same shape. A side shorter than `size` is mirrored to its length.
    """
    height, width = image.shape[1:]
    padded = np.pad(image, ((0, 0), (0, max(size - height, 0)), (0, max(size - width, 0))), mode="symmetric")
    tops, lefts = (_starts(side, size) for side in padded.shape[1:])
    squares = [(slice(top, top + size), slice(left, left + size)) for top in tops for left in lefts]
    return blended(((square, work(padded[:, square[0], square[1]])) for square in squares), *padded.shape[1:])[:, :height, :width]


def _starts(side: int, tile: int) -> list[int]:
    """Return where tiles begin along a side so that they cover it, evenly, and overlap by at least `_OVERLAP`."""
    count = 1 + int(np.ceil((side - tile) / (tile * (1 - _OVERLAP))))
    return np.linspace(0, side - tile, count).round().astype(int).tolist()


def _fade(side: int) -> np.ndarray:
    return np.minimum(np.arange(1, side + 1), np.arange(side, 0, -1)).clip(max=max(int(side * _OVERLAP), 1)).astype(np.float64)
