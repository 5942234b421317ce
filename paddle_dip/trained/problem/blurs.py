"""Blurs of a lens: the disk that an out-of-focus point becomes, and the Gaussian."""

import numpy as np

from paddle_dip.errors import InputError, one_of

BLURS = ("disk", "gaussian")
_FINE = 15  # sub-pixels a side, to cut the disk's edge smoothly
_LARGEST = 8  # part of a picture's side that a disk's radius may be
_GAUSS_REACH = 4  # standard deviations after which the Gaussian is cut off


def blur_kernel(name: str, strength: float) -> np.ndarray:
    """Return a blur's kernel: float64 [2 r + 1, 2 r + 1], sum 1.

    strength: the disk's radius or the Gaussian's standard deviation, in pixels. Raises InputError for another name or a
    strength that isn't above 0.
    """
    if not 0 < strength < float("inf"):
        raise InputError(f"strength must be above 0, not {strength}")
    if one_of("blur", name, BLURS) == "disk":
        kernel = _disk(strength)
    else:
        reach = int(np.ceil(_GAUSS_REACH * strength))
        window = np.exp(-(np.arange(-reach, reach + 1) ** 2) / (2 * strength**2))
        kernel = np.outer(window, window)
    return kernel / kernel.sum()


def check_strength(strength: float, size: int) -> None:
    """Raise ValueError where a blur is too strong for pictures of `size` pixels a side: hardly anything would be left."""
    if not 0 < strength <= size / _LARGEST:
        raise InputError(f"strength must be above 0 and at most {size / _LARGEST:g} for {size} pixels a side, not {strength}")


def _disk(radius: float) -> np.ndarray:
    reach = int(np.ceil(radius - 0.5))
    count = (2 * reach + 1) * _FINE
    fine = (np.arange(count) - (count - 1) / 2) / _FINE  # sub-pixel centres, 0 in the middle
    inside = (fine[:, None] ** 2 + fine**2 <= radius**2).astype(np.float64)
    return inside.reshape(2 * reach + 1, _FINE, 2 * reach + 1, _FINE).mean(axis=(1, 3))
