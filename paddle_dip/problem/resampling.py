"""Resampling as a pair of small matrices: rows @ image @ columns.T, and the exact back-projection that goes with it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from paddle_dip.errors import InputError
from paddle_dip.problem.kernels import kernel_1d

# Pillow's bicubic is Keys' cubic with this coefficient (Image.BICUBIC in Pillow's Resample.c).
_CUBIC_A = -0.5


@dataclass(frozen=True)
class Resize:
    """An operator x -> rows @ x @ columns.T: first the horizontal pass, then the vertical one, like Pillow.

    rows: float64 [h, H]. columns: float64 [w, W]. clip: clip to [0, 1] after each pass, as 8-bit images are.
    """

    rows: np.ndarray
    columns: np.ndarray
    clip: bool = False

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Return `image`, [..., H, W], resampled to [..., h, w]."""
        narrow = image @ self.columns.T
        if self.clip:
            narrow = narrow.clip(0, 1)
        small = self.rows @ narrow
        return small.clip(0, 1) if self.clip else small

    def output_size(self, size: tuple[int, int]) -> tuple[int, int]:
        """Return height and width of what becomes of an image of `size`: the matrices fix both."""
        return len(self.rows), len(self.columns)

    @cached_property
    def inverse(self) -> tuple[np.ndarray, np.ndarray]:
        """The pseudo-inverses of rows and columns."""
        return np.linalg.pinv(self.rows), np.linalg.pinv(self.columns)


def pillow_resize(source: tuple[int, int], target: tuple[int, int], *, kernel: str = "lanczos", clip: bool = False) -> Resize:
    """Return Pillow's `resize` from `source` to `target` (both height, width), without its rounding to 8 bits."""
    return Resize(pillow_matrix(source[0], target[0], kernel=kernel), pillow_matrix(source[1], target[1], kernel=kernel), clip)


def pillow_matrix(source: int, target: int, *, kernel: str = "lanczos") -> np.ndarray:
    """Return the matrix, float64 [target, source], of one pass of Pillow's `resize`.

    kernel: "lanczos" (3 lobes) or "bicubic". The window is widened when shrinking, cut off at the edges and normalised again.
    """
    window, support = _PILLOW_WINDOWS[kernel]
    scale = source / target
    stretch = max(scale, 1.0)
    matrix = np.zeros((target, source))
    for row in range(target):
        centre = (row + 0.5) * scale
        first = max(int(centre - support * stretch + 0.5), 0)
        last = min(int(centre + support * stretch + 0.5), source)
        weights = window((np.arange(first, last) - centre + 0.5) / stretch)
        matrix[row, first:last] = weights / weights.sum()
    return matrix


def kernel_resize(source: tuple[int, int], kernel: str, factor: int, *, phase: float = 0.5) -> Resize:
    """Return the reference's downsampler of `source` (height, width) sized images: a strided convolution over replicated edges."""
    window = kernel_1d(kernel, factor, phase=phase)
    return Resize(_strided_matrix(source[0], window, factor), _strided_matrix(source[1], window, factor))


def _strided_matrix(source: int, window: np.ndarray, factor: int) -> np.ndarray:
    # The reference pads (k - factor) / 2 for an even kernel size k and (k - 1) / 2 for an odd one.
    size = len(window)
    pad = (size - 1) // 2 if size % 2 else (size - factor) // 2
    target = (source + 2 * pad - size) // factor + 1
    if target < 1:
        raise InputError(f"image side {source} is too small for a kernel of {size} with factor {factor}")
    matrix = np.zeros((target, source))
    for row in range(target):
        taps = np.clip(np.arange(size) + row * factor - pad, 0, source - 1)
        np.add.at(matrix[row], taps, window)
    return matrix


def back_project(image: np.ndarray, observation: np.ndarray, degradation: Resize, *, passes: int = 3) -> np.ndarray:
    """Return `image`, [C, H, W] in [0, 1], changed as little as possible so that its degradation is `observation`, [C, h, w].

    x <- clip(x + R^+ (y - R x C') C'^+), `passes` times. Where the observation is saturated and the degraded image lies beyond it,
    the clip explains the difference: such a residual is zero.
    """
    rows, columns = degradation.inverse
    linear = Resize(degradation.rows, degradation.columns)
    image = image.astype(np.float64)
    for _ in range(passes):
        predicted = linear(image)
        explained = ((observation <= 0) & (predicted < 0)) | ((observation >= 1) & (predicted > 1))
        residual = np.where(explained, 0.0, observation - predicted)
        image = (image + rows @ residual @ columns.T).clip(0, 1)
    return image


def _lanczos3(x: np.ndarray) -> np.ndarray:
    return np.where(np.abs(x) < 3, np.sinc(x) * np.sinc(x / 3), 0.0)


def _cubic(x: np.ndarray) -> np.ndarray:
    x = np.abs(x)
    near = ((_CUBIC_A + 2) * x - (_CUBIC_A + 3)) * x * x + 1
    far = (((x - 5) * x + 8) * x - 4) * _CUBIC_A
    return np.where(x < 1, near, np.where(x < 2, far, 0.0))


_PILLOW_WINDOWS = {"lanczos": (_lanczos3, 3.0), "bicubic": (_cubic, 2.0)}
