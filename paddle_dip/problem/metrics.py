"""PSNR and SSIM as the paper counts them: on the Y channel, the border left out. Everything in float64."""

import numpy as np
from skimage import metrics

from paddle_dip.errors import InputError

METRIC = (
    "PSNR on BT.601 studio-range Y = (16 + 65.481 R + 128.553 G + 24.966 B) / 255 of [0, 1] RGB, not rounded, data_range 1, over "
    "the centre crop to multiples of 32 less 4 px at the top and left and 5 px at the bottom and right; mean of the images' PSNRs"
)

# The published averages (24.15 and 27.00 dB) come out with this border only; see docs/protocol.md.
PAPER_BORDER = (slice(4, -5), slice(4, -5))


def luma(image: np.ndarray) -> np.ndarray:
    """Return BT.601 studio-range luma, float64 [H, W] in [16/255, 235/255], of an RGB image, [3, H, W] in [0, 1]."""
    red, green, blue = image.astype(np.float64)
    return (16 + 65.481 * red + 128.553 * green + 24.966 * blue) / 255


def psnr(image: np.ndarray, truth: np.ndarray, *, data_range: float = 1.0) -> float:
    """Return the peak signal-to-noise ratio in dB (infinite for equal images); raises InputError where the shapes differ."""
    _check_shapes(image, truth)
    error = np.mean((image.astype(np.float64) - truth.astype(np.float64)) ** 2)
    return float("inf") if error == 0 else float(10 * np.log10(data_range**2 / error))


def psnr_y(image: np.ndarray, truth: np.ndarray) -> float:
    """Return the paper's PSNR in dB of an RGB image, [3, H, W] in [0, 1]: on the Y channel, PAPER_BORDER left out."""
    _check_shapes(image, truth)
    return psnr(luma(image)[PAPER_BORDER], luma(truth)[PAPER_BORDER])


def psnr_rgb(image: np.ndarray, truth: np.ndarray) -> float:
    """Return the PSNR in dB over the three channels, [3, H, W] in [0, 1], on the same region as `psnr_y`."""
    _check_shapes(image, truth)
    rows, columns = PAPER_BORDER
    return psnr(image[:, rows, columns], truth[:, rows, columns])


def ssim_y(image: np.ndarray, truth: np.ndarray) -> float:
    """Return the SSIM (at most 1) of the Y channels on the same region as `psnr_y`."""
    return ssim(luma(image)[PAPER_BORDER], luma(truth)[PAPER_BORDER])


def ssim(image: np.ndarray, truth: np.ndarray) -> float:
    """Return the SSIM (at most 1) of two [H, W] pictures in [0, 1]: Gaussian window, sigma 1.5, data_range 1."""
    window = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False, "data_range": 1.0}
    return float(metrics.structural_similarity(image, truth, **window))


def _check_shapes(image: np.ndarray, truth: np.ndarray) -> None:
    if image.shape != truth.shape:
        raise InputError(f"images to compare must have one shape, not {image.shape} and {truth.shape}")
