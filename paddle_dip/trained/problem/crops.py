"""Square views of photos: the middle one, or one cut out at random."""

from pathlib import Path

import numpy as np
from PIL import Image

from paddle_dip.errors import InputError
from paddle_dip.io.images import read_rgb, read_size
from paddle_dip.problem.dataset import centre_crop, to_unit
from paddle_dip.trained.problem.randomness import generator


def read_large(file: Path, size: int) -> np.ndarray:
    """Return a photo's pixels, uint8 [H, W, 3]; raises InputError, naming the file, for a bad one or a side below `size`."""
    pixels = read_rgb(file)
    _check_large(file, pixels.shape[:2], size)
    return pixels


def check_sizes(files: list[Path], size: int, *, skip: bool) -> None:
    """Raise ValueError, naming the file, where one can't be read or is smaller than `size`; with `skip` only where all are."""
    reasons = []
    for file in files:
        try:
            _check_large(file, read_size(file), size)
        except ValueError as error:
            if not skip:
                raise
            reasons.append(str(error))
    if len(reasons) == len(files):
        raise InputError(f"no photo can be used; the first: {reasons[0]}")


def middle_view(pixels: np.ndarray, size: int) -> np.ndarray:
    """Return the largest middle square of [H, W, 3] pixels as float32 [3, size, size] in [0, 1]."""
    side = min(pixels.shape[:2])
    return _shrunk(centre_crop(pixels, side, side), size)


def random_view(pixels: np.ndarray, size: int, seed: int, *place: int) -> np.ndarray:
    """Return a square of (seed, place), float32 [3, size, size] in [0, 1].

    Its side is drawn between `size` and the photo's shorter one, then its place, and whether it is turned left to right.
    """
    draw = generator(seed, "crop", *place)
    side = int(draw.integers(size, min(pixels.shape[:2]) + 1))
    top, left = (int(draw.integers(whole - side + 1)) for whole in pixels.shape[:2])
    step = -1 if draw.random() < 0.5 else 1
    return np.ascontiguousarray(_shrunk(pixels[top : top + side, left : left + side], size)[..., ::step])


def _check_large(file: Path, shape: tuple[int, int], size: int) -> None:
    if min(shape) < size:
        raise InputError(f"{file} is {shape[1]}x{shape[0]} pixels, each side must have at least {size}: choose a smaller --size")


def _shrunk(square: np.ndarray, size: int) -> np.ndarray:
    # Pillow itself: `squares.resized` keeps a matrix for each side it has met, and here there are hundreds of them.
    if len(square) != size:
        square = np.asarray(Image.fromarray(square).resize((size, size), Image.Resampling.LANCZOS))
    return to_unit(square)
