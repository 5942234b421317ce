"""How good a network's pictures are, and what they have to beat."""

import numpy as np

from paddle_dip.io.images import to_bytes
from paddle_dip.problem.baselines import mean_filled
from paddle_dip.problem.dataset import to_unit
from paddle_dip.problem.metrics import luma, psnr, ssim


def scores(image: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """Return "psnr" (dB, all channels) and "ssim" (luma) of a picture, [1 or 3, H, W] in [0, 1], as 8 bits would hold it."""
    stored = to_unit(to_bytes(image))
    planes = [luma(x) if len(x) == 3 else x[0].astype(np.float64) for x in (stored, truth)]
    return {"psnr": psnr(stored, truth), "ssim": ssim(*planes)}


def hole_scores(image: np.ndarray, truth: np.ndarray, hole: np.ndarray) -> dict[str, float]:
    """Return "hole_l1", the mean absolute difference in the hole of [C, H, W] in [0, 1], and what it has to beat.

    That is "mean_fill_l1" and "mean_fill_psnr" (dB), of the truth with the mean colour of what is outside the hole in it. hole:
    [1, H, W], 1 where it is.
    """
    plain = mean_filled(truth, hole)
    found = {"hole_l1": _hole_l1(image, truth, hole), "mean_fill_l1": _hole_l1(plain, truth, hole)}
    return found | {"mean_fill_psnr": psnr(plain, truth)}


def mean_scores(each: list[dict[str, float]]) -> dict[str, float]:
    """Return the mean of each score; a picture that is exact, of infinite PSNR, makes the mean infinite."""
    return {name: float(np.mean([one[name] for one in each])) for name in each[0]}


def _hole_l1(image: np.ndarray, truth: np.ndarray, hole: np.ndarray) -> float:
    return float((np.abs(image - truth) * hole).sum() / (hole.sum() * len(image)))
