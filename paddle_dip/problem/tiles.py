"""A picture worked on in overlapping tiles, blended where they overlap."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from math import ceil

import numpy as np

from paddle_dip.errors import InputError

_OVERLAP = 1 / 4  # of a tile's side
_WIDEST = 32  # pixels of overlap: more is worked on twice for nothing, tests/runs/test_photos.py sees no seam with 11
_SMALLEST = 32  # pixels: a tile of less shows the network little but edges
_LONGEST = 2  # times as long as wide, where there is a choice

Tile = tuple[slice, slice]


def tiling(height: int, width: int, fits: Callable[[int, int], bool]) -> list[Tile]:
    """Return a grid of equal tiles that covers a picture, of those for which `fits`(tile height, tile width) the least work.

    That is, nearly: the fewest pixels in all, overlaps counted twice; long strips, which show a network less around them, are taken
    where nothing else fits. A tile that fits must fit cut smaller too, but the whole picture may be an exception. Raises InputError
    where not even the smallest tile fits: see `smallest_tile`.
    """
    if fits(height, width):
        return [(slice(0, height), slice(0, width))]
    least = smallest_tile(height, width)
    if not fits(*least):
        raise InputError(f"not even a tile of {least[1]}x{least[0]} pixels fits")
    rows, columns = min(_grids(height, width, fits), key=partial(_work, height, width))
    tile = _part(height, rows), _part(width, columns)
    starts = [_starts(side, part) for side, part in zip((height, width), tile, strict=True)]
    return [(slice(top, top + tile[0]), slice(left, left + tile[1])) for top in starts[0] for left in starts[1]]


def _grids(height: int, width: int, fits: Callable[[int, int], bool]) -> Iterator[tuple[int, int]]:
    """Yield numbers of rows and columns whose tiles fit: to each of rows the fewest columns, and the fewest that make no strips."""
    least = smallest_tile(height, width)
    most_rows, most_columns = len(_starts(height, least[0])), len(_starts(width, least[1]))
    columns = most_columns
    for rows in range(1, most_rows + 1):
        if fits(_part(height, rows), _part(width, columns)):
            while columns > 1 and fits(_part(height, rows), _part(width, columns - 1)):
                columns -= 1
            yield rows, columns
            square = (n for n in range(columns, most_columns + 1) if not _is_strip(_part(height, rows), _part(width, n)))
            yield rows, next(square, columns)


def _work(height: int, width: int, grid: tuple[int, int]) -> tuple[bool, int, int, int]:
    """Return what the tiles of a grid of rows and columns are chosen by, the least of it."""
    tile, count = (_part(height, grid[0]), _part(width, grid[1])), grid[0] * grid[1]
    return _is_strip(*tile), count * tile[0] * tile[1], count, max(tile)


def _is_strip(height: int, width: int) -> bool:
    return max(height, width) > _LONGEST * min(height, width)


def _part(side: int, count: int) -> int:
    """Return the side of the smallest of `count` tiles that cover a side, overlapping as far as `_overlap` says."""
    narrow, wide = side / (count - (count - 1) * _OVERLAP), (side + (count - 1) * _WIDEST) / count
    return max(ceil(min(narrow, wide)), min(side, _SMALLEST))


def _overlap(tile: int) -> float:
    """Return how many pixels of a tile's side its neighbour has too, at least."""
    return min(tile * _OVERLAP, _WIDEST)


def smallest_tile(height: int, width: int) -> tuple[int, int]:
    """Return height and width of the smallest tile that a picture is cut into: 32 pixels a side."""
    return min(height, _SMALLEST), min(width, _SMALLEST)


def blended(tiles: Sequence[Tile], parts: Iterable[np.ndarray], scale: int = 1) -> np.ndarray:
    """Return one picture, float32 [C, scale * H, scale * W], of a grid of tiles and what became of each, [C, scale * h, scale * w].

    Where tiles overlap they fade into each other. `parts` may be a generator: one part is held at a time.
    """
    downward, across = (_shares([tile[axis] for tile in tiles], scale) for axis in (0, 1))
    canvas = None
    for (rows, columns), part in zip(tiles, parts, strict=True):
        if canvas is None:
            size = (max(tile[axis].stop for tile in tiles) * scale for axis in (0, 1))
            canvas = np.zeros((len(part), *size), np.float32)
        down, right = (slice(side.start * scale, side.stop * scale) for side in (rows, columns))
        canvas[:, down, right] += np.outer(downward[rows.start], across[columns.start]) * part
    assert canvas is not None  # a picture has at least one tile
    return canvas


def in_squares(image: np.ndarray, size: int, work: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Return `work` done on a picture, [C, H, W], of any size: float32 of the same shape.

    work: [C, size, size] to the same shape. A side shorter than `size` is mirrored to its length.
    """
    height, width = image.shape[1:]
    padded = np.pad(image, ((0, 0), (0, max(size - height, 0)), (0, max(size - width, 0))), mode="symmetric")
    tops, lefts = (_starts(side, size) for side in padded.shape[1:])
    squares = [(slice(top, top + size), slice(left, left + size)) for top in tops for left in lefts]
    return blended(squares, (work(padded[:, rows, columns]) for rows, columns in squares))[:, :height, :width]


def _starts(side: int, tile: int) -> list[int]:
    """Return where tiles begin along a side so that they cover it, evenly, and overlap by at least `_overlap`."""
    count = 1 + int(np.ceil((side - tile) / (tile - _overlap(tile))))
    return np.linspace(0, side - tile, count).round().astype(int).tolist()


def _shares(sides: list[slice], scale: int) -> dict[int, np.ndarray]:
    """Return by where it begins what each of overlapping stretches contributes to every place it covers: together they give 1."""
    fades = {side.start: _fade(side.stop - side.start, scale) for side in sides}
    total = np.zeros(max(side.stop for side in sides) * scale)
    for start, fade in fades.items():
        total[start * scale : start * scale + len(fade)] += fade
    return {start: fade / total[start * scale : start * scale + len(fade)] for start, fade in fades.items()}


def _fade(tile: int, scale: int) -> np.ndarray:
    side, longest = tile * scale, max(int(_overlap(tile) * scale), 1)
    return np.minimum(np.arange(1, side + 1), np.arange(side, 0, -1)).clip(max=longest).astype(np.float64)
