"""Convolution with a known kernel over replicated edges: the blur of a lens, of a motion, of the air."""

from dataclasses import dataclass

import numpy as np

from paddle_dip.errors import InputError


@dataclass(frozen=True)
class KernelBlur:
    """An operator that convolves with a kernel, [k, l], and keeps the size; raises InputError where a side isn't odd."""

    kernel: np.ndarray

    def __post_init__(self):
        if self.kernel.ndim != 2 or any(side % 2 == 0 for side in self.kernel.shape):
            raise InputError(f"kernel must have two odd sides, not {'x'.join(map(str, self.kernel.shape))}")

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Return `image`, [..., H, W], blurred: float64 of the same shape."""
        return convolved(image, self.kernel)

    def output_size(self, size: tuple[int, int]) -> tuple[int, int]:
        return size


def convolved(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Return an image, [..., H, W], convolved with a kernel of odd sides, its edge replicated: float64 of the same shape."""
    up, left = (side // 2 for side in kernel.shape)
    padded = np.pad(image.astype(np.float64), [(0, 0)] * (image.ndim - 2) + [(up, up), (left, left)], mode="edge")
    size = padded.shape[-2:]
    product = np.fft.rfft2(padded) * np.fft.rfft2(kernel, s=size)
    # The product's origin is the kernel's corner, not its middle: the result lies twice as far down and right in `padded`.
    return np.fft.irfft2(product, s=size)[..., 2 * up :, 2 * left :]
