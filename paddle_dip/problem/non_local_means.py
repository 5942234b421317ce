"""What looks alike in a picture, averaged."""

from functools import partial

import numpy as np
from skimage import restoration

_PATCH = 5  # pixels: the side of the patches that are compared


def non_local_means(picture: np.ndarray, strength: float, reach: int, sigma: float = 0.0) -> np.ndarray:
    """Return a picture, [C, H, W] in [0, 1], each pixel the mean of those whose surroundings look alike: float64, not clipped.

    strength: how unlike, in brightness, surroundings may be that still count. reach: pixels, how far away they are looked for.
    sigma: deviation of the picture's noise, by which alike surroundings differ anyway.
    Source: Buades et al., "A non-local algorithm for image denoising", 2005; scikit-image's fast one.
    """
    how = {"h": strength, "sigma": sigma, "patch_size": _PATCH, "patch_distance": reach, "fast_mode": True}
    average = partial(restoration.denoise_nl_means, **how)
    # A channel axis of length 1 comes out of scikit-image 0.26 transposed.
    return average(picture[0])[None] if len(picture) == 1 else average(picture, channel_axis=0)
