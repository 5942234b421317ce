"""The fixed kernels of the reference's downsampler: Lanczos, Gauss and box windows."""

from math import sqrt

import numpy as np

from paddle_dip.errors import InputError, one_of

KERNELS = ("lanczos2", "lanczos3", "gauss12", "gauss1sq2", "box")

# name: (kernel size, sigma); the reference fixes both, whatever the factor.
_GAUSS = {"gauss12": (7, 1 / 2), "gauss1sq2": (9, 1 / sqrt(2))}


def kernel_1d(name: str, factor: int, *, phase: float = 0.5) -> np.ndarray:
    """Return the window of a separable downsampling kernel: float64 [k], sum 1.

    The 2-D kernel of the reference is the outer product of this window with itself. `phase` 0.5 gives windows of even size,
    centred between pixels, and 0 windows of odd size. Raises InputError for a name, factor or phase that doesn't exist.
    Source: the reference's models/downsampler.py; its indices i count from 1.
    """
    if factor < 1 or int(factor) != factor:
        raise InputError(f"factor must be a positive whole number, not {factor}")
    if phase not in (0, 0.5):
        raise InputError(f"phase must be 0 or 0.5, not {phase}")
    if one_of("kernel", name, KERNELS) in ("lanczos2", "lanczos3"):
        window = _lanczos(int(name[-1]), factor, phase)
    elif name in _GAUSS:
        window = _gauss(name, phase)
    else:
        window = _box(factor, phase)
    return window / window.sum()


def _lanczos(support: int, factor: int, phase: float) -> np.ndarray:
    size = 2 * support * factor + (0 if phase else 1)
    centre = (size + 1) / 2 if phase == 0 else (size + 2) / 2
    distance = np.abs(np.arange(1, size + 1) + phase - centre) / factor
    return np.sinc(distance) * np.sinc(distance / support)


def _gauss(name: str, phase: float) -> np.ndarray:
    if phase:
        raise InputError(f"kernel {name} exists with phase 0 only, not {phase}")
    size, sigma = _GAUSS[name]
    distance = (np.arange(1, size + 1) - (size + 1) / 2) / 2
    return np.exp(-(distance**2) / (2 * sigma**2))


def _box(factor: int, phase: float) -> np.ndarray:
    if not phase:
        raise InputError("kernel box exists with phase 0.5 only, not 0")
    return np.ones(factor)
