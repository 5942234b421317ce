"""What a person would pick without a network, on the same damaged pictures."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec

import numpy as np
from skimage.restoration import denoise_tv_chambolle, denoise_wavelet

from paddle_dip.evaluation.benchmark.image_run import as_stored
from paddle_dip.evaluation.study.cases import Damage
from paddle_dip.evaluation.tasks.restoration import Restoration, TaskCase
from paddle_dip.problem.baselines import biharmonic_filled, denoised, mean_filled
from paddle_dip.problem.jpeg_projection import projected
from paddle_dip.problem.task_table import task_preset
from paddle_dip.problem.tasks import Problem
from paddle_dip.report.task_results import BaselineRow

Method = Callable[[Problem], np.ndarray]  # from a problem to an image, [C, H, W] in [0, 1]
# Of the noise's deviation; the best of a few on bsd_001 to bsd_004 (docs/limits.md), which are in no benchmark.
_TV_WEIGHT = 0.7


def methods(task: str) -> dict[str, Method]:
    """Return the methods of a task by name; those whose package isn't installed are left out."""
    if task in ("restore-pixels", "inpaint"):
        return {"mean colour": partial(_filled, mean_filled), "biharmonic": partial(_filled, biharmonic_filled)}
    smoothers: dict[str, Callable] = {"non-local means": denoised, "total variation": _total_variation}
    if find_spec("pywt"):
        smoothers["wavelets"] = _wavelets
    if find_spec("bm3d"):
        smoothers["BM3D"] = _bm3d
    found: dict[str, Method] = {name: partial(_smoothed, smoother) for name, smoother in smoothers.items()}
    if task == "dejpeg":
        found |= {f"{name}, projected": partial(_kept_to_file, method) for name, method in list(found.items())}
    return found


def run_baselines(restoration: Restoration, names: list[str]) -> Iterator[list[BaselineRow]]:
    """Yield, picture by picture, a row for each method, the damaged picture itself first."""
    damage = restoration.damage
    for name in names:
        case = restoration.load(name)
        rows = [_row(case, damage, "given", case.given(), 0.0)]
        problem = case.problem(task_preset(damage.task))
        for method, make in methods(damage.task).items():
            begun = time.perf_counter()
            image = make(problem)
            rows.append(_row(case, damage, method, image, time.perf_counter() - begun))
        yield rows


def _row(case: TaskCase, damage: Damage, method: str, image: np.ndarray, seconds: float) -> BaselineRow:
    scores = case.scores(as_stored(image))
    return BaselineRow(case.name, damage.task, damage.amount, method, **scores, seconds=seconds, shrink=damage.shrink)


def _filled(fill: Callable[[np.ndarray, np.ndarray], np.ndarray], problem: Problem) -> np.ndarray:
    return fill(problem.observation, 1 - _not_none(problem.known))


def _smoothed(smooth: Callable[[np.ndarray, float], np.ndarray], problem: Problem) -> np.ndarray:
    deviation = problem.rounding if problem.sigma is None else problem.sigma
    return smooth(problem.observation.astype(np.float64), _not_none(deviation)).clip(0, 1)


def _kept_to_file(method: Method, problem: Problem) -> np.ndarray:
    return projected(method(problem), _not_none(problem.jpeg))


def _total_variation(image: np.ndarray, sigma: float) -> np.ndarray:
    return denoise_tv_chambolle(image, weight=_TV_WEIGHT * sigma, channel_axis=0)


def _wavelets(image: np.ndarray, sigma: float) -> np.ndarray:
    return denoise_wavelet(image, sigma=sigma, convert2ycbcr=len(image) == 3, rescale_sigma=True, channel_axis=0)


def _bm3d(image: np.ndarray, sigma: float) -> np.ndarray:
    import bm3d  # its licence allows no commercial use: a comparison for who has it

    return (
        bm3d.bm3d(image[0], sigma)[None] if len(image) == 1 else bm3d.bm3d_rgb(image.transpose(1, 2, 0), sigma).transpose(2, 0, 1)
    )


def _not_none(value):
    """Return what a task's problem is known to have."""
    assert value is not None
    return value
