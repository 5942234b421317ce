"""The whole line in one place: a problem, a fit, a result."""

from collections.abc import Callable, Iterator

import numpy as np

from paddle_dip.problem.presets import Preset
from paddle_dip.problem.resampling import back_project
from paddle_dip.problem.tasks import Problem


def restore(problem: Problem, preset: Preset, *, fit: Callable[..., Iterator], seed: int = 0) -> np.ndarray:
    """Return the restored image, float64 [C, H, W] in [0, 1]. `fit` is paddle_dip.solver.fit.fit, or torch_ref's.

    >>> from paddle_dip.solver.fit import fit
    >>> image = restore(super_resolution(low, 4, preset), preset, fit=fit)
    """
    for snapshot in fit(problem, preset, seed=seed):
        pass
    return finish(problem, preset, snapshot)


def finish(problem: Problem, preset: Preset, snapshot) -> np.ndarray:
    """Return the image that a snapshot of a fit amounts to, float64 [C, H, W] in [0, 1]: enlarged, clipped and back-projected."""
    kind = "average" if preset.average == "ema" else preset.final_input
    image = problem.lift(snapshot.canvas(kind).astype(np.float64)).clip(0, 1)
    if not preset.back_projection:
        return image
    return back_project(image, problem.observation, problem.exact, passes=preset.back_projection)
