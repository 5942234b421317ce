"""The whole line in one place: a problem, a fit, a result."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from paddle_dip.environment import free_memory
from paddle_dip.problem.budget import check_memory
from paddle_dip.problem.images import Photo
from paddle_dip.problem.presets import Preset
from paddle_dip.problem.resampling import back_project, pillow_resize
from paddle_dip.problem.tasks import Problem, super_resolution


def restore(
    problem: Problem, preset: Preset, *, fit: Callable[..., Iterator], seed: int = 0, watch: Callable = lambda s: None
) -> np.ndarray:
    """Return the restored image, float64 [C, H, W] in [0, 1].

    fit: paddle_dip.solver.fit.fit, or torch_ref's. watch: called with each snapshot, to show where the fit is.
    """
    for snapshot in fit(problem, preset, seed=seed):
        watch(snapshot)
    return finish(problem, preset, snapshot)


def finish(problem: Problem, preset: Preset, snapshot) -> np.ndarray:
    """Return the image that a snapshot of a fit amounts to, float64 [C, H, W] in [0, 1]: enlarged, clipped and back-projected."""
    kind = "average" if preset.average == "ema" else preset.final_input
    image = problem.lift(snapshot.canvas(kind).astype(np.float64)).clip(0, 1)
    if not preset.back_projection:
        return image
    return back_project(image, problem.observation, problem.exact, passes=preset.back_projection)


def super_resolve_photo(
    low: Photo, factor: int, preset: Preset, *, fit: Callable[..., Iterator], seed: int = 0, watch: Callable
) -> Photo:
    """Return a photo `factor` times as large, with the same bits and profile; alpha, which has no prior, is enlarged by Lanczos.

    Raises ValueError for a photo too small, or too large for the free memory.
    """
    problem = super_resolution(low.pixels, factor, preset)
    check_memory(problem, preset, free_memory())
    pixels = restore(problem, preset, fit=fit, seed=seed, watch=watch)
    alpha = None
    if low.alpha is not None:
        alpha = pillow_resize(low.alpha.shape, pixels.shape[1:])(low.alpha).clip(0, 1)
    return replace(low, pixels=pixels, alpha=alpha)
