"""How noisy a photo is, from the photo alone."""

import numpy as np

from paddle_dip.io.jpeg import JpegCoefficients


def noise_level(image: np.ndarray) -> float:
    """Return the standard deviation of the noise on [C, H, W] in [0, 1] over all channels: the root of their mean variance."""
    return float(np.sqrt((noise_levels(image) ** 2).mean()))


def noise_levels(image: np.ndarray) -> np.ndarray:
    """Return the standard deviation of the noise on each channel of [C, H, W] in [0, 1], taken to be normal and independent: [C].

    The second difference along both axes leaves next to nothing of the picture, and of the noise 6 times its deviation. Reads high
    on photos full of fine texture. Of noise that grows with the light, as photons' does, it is the mean deviation over the picture.
    Source: Immerkaer, "Fast Noise Variance Estimation", 1996.
    """
    left = np.diff(np.diff(image.astype(np.float64), n=2, axis=1), n=2, axis=2)
    return np.sqrt(np.pi / 2) / 6 * np.abs(left).mean(axis=(1, 2))


def jpeg_deviation(file: JpegCoefficients) -> float | None:
    """Return the deviation, of [0, 1], of the noise that a JPEG file's rounding is taken for; None where luma isn't told.

    Source: Foi et al., "Pointwise Shape-Adaptive DCT", 2007, section IV.F: from the mean of the luma table's first 3x3 steps.
    """
    luma = file.planes[0]
    if luma is None:
        return None
    return float(np.sqrt(0.69 * luma.steps[:3, :3].mean() ** 1.3)) / 255
