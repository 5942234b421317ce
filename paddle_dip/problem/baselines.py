"""What needs no network: the simple methods that every result is set against."""

import numpy as np
from PIL import Image
from skimage import restoration

from paddle_dip.io.images import to_bytes
from paddle_dip.problem.non_local_means import non_local_means
from paddle_dip.problem.resampling import back_project, pillow_resize

_STRENGTH = 0.6  # of the noise's deviation; the best of a few on bsd_001 to bsd_004 (docs/limits.md), which are in no benchmark


def bicubic(low: np.ndarray, factor: int) -> np.ndarray:
    """Return `low`, [C, h, w] in [0, 1], enlarged `factor` times by Pillow's bicubic on 8 bits: float64 [C, H, W] in [0, 1]."""
    size = (low.shape[2] * factor, low.shape[1] * factor)
    planes = to_bytes(low).transpose(2, 0, 1)
    enlarged = [np.asarray(Image.fromarray(plane).resize(size, Image.Resampling.BICUBIC)) for plane in planes]
    return np.stack(enlarged) / 255


def bicubic_back_projected(low: np.ndarray, factor: int) -> np.ndarray:
    """Return `bicubic` after exact back-projection, so that it shrinks to `low`: float64 [C, H, W] in [0, 1]."""
    image = bicubic(low, factor)
    return back_project(image, low, pillow_resize(image.shape[1:], low.shape[1:]))


def mean_filled(picture: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """Return a picture, [C, H, W], whose hole, [1, H, W], has the mean colour of what is outside."""
    outside = 1 - hole
    colour = (picture * outside).sum(axis=(1, 2), keepdims=True) / outside.sum()
    return picture * outside + colour * hole


def biharmonic_filled(picture: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """Return a picture, [C, H, W] in [0, 1], whose hole, [1, H, W], is bent smoothly from its border inwards: float64."""
    return restoration.inpaint_biharmonic(picture, hole[0] > 0, channel_axis=0).clip(0, 1)


def denoised(picture: np.ndarray, sigma: float) -> np.ndarray:
    """Return a picture, [C, H, W] in [0, 1], rid of noise of deviation `sigma` by `non_local_means`: float64 in [0, 1]."""
    return non_local_means(picture, _STRENGTH * sigma, reach=6, sigma=sigma).clip(0, 1)


def wiener_sharpened(picture: np.ndarray, kernel: np.ndarray, balance: float) -> np.ndarray:
    """Return a picture, [C, H, W] in [0, 1], with the blur of an odd kernel undone by Wiener's filter: float64 in [0, 1].

    balance: how much smoothness counts against the observation.
    """
    return wiener_filtered(picture, kernel, balance).clip(0, 1)


def wiener_filtered(picture: np.ndarray, kernel: np.ndarray, balance: float) -> np.ndarray:
    """Return Wiener's filter as it is, linear in a picture of any range, [C, H, W]: float64."""
    reach = 2 * len(kernel)  # the filter takes the picture for periodic: its edges are kept away
    padded = np.pad(picture.astype(np.float64), ((0, 0), (reach, reach), (reach, reach)), mode="edge")
    sharp = np.stack([restoration.wiener(plane, kernel, balance, clip=False) for plane in padded])
    return sharp[:, reach:-reach, reach:-reach]
