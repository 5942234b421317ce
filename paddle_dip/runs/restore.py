"""The whole line in one place: a problem, its fits, a result."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from paddle_dip.problem.companion import joined
from paddle_dip.problem.jpeg_projection import projected
from paddle_dip.problem.presets import Preset
from paddle_dip.problem.refinement import refined
from paddle_dip.problem.tasks import Problem
from paddle_dip.runs.progress import quiet
from paddle_dip.runs.work_unit import Unit, run_unit


def restore(
    problem: Problem,
    preset: Preset,
    *,
    fit: Callable[..., Iterator],
    seed: int = 0,
    watch: Callable = lambda snapshot: None,
    dtype: str = "float32",
    title: str = "fit",
    progress: Callable = quiet,
) -> np.ndarray:
    """Return the restored image, float64 [C, H, W] in [0, 1].

    fit: paddle_dip.solver.fit.fit, or torch_ref's. watch: called with each snapshot, to show where the fit is. title, progress: see
    `run_unit`. Raises FitError where a fit goes wrong again and again.
    """
    units = [Unit(title, problem, preset, member, dtype) for member in member_seeds(preset, seed)]
    canvases = [run_unit(unit, fit=fit, observers=(watch,), progress=progress).canvas for unit in units]
    return finish(problem, preset, np.mean(canvases, axis=0))


def member_seeds(preset: Preset, seed: int) -> range:
    """Return the seeds of the fits that one result is the mean of."""
    return range(seed, seed + preset.members)


def finish(problem: Problem, preset: Preset, canvas: np.ndarray) -> np.ndarray:
    """Return the image that a canvas, [C, *problem.canvas], amounts to: float64 [C, H, W] in [0, 1].

    It is enlarged, clipped, and, where the image was shrunk, refined; then joined with its companion, and the known pixels put
    back, as the preset says. What comes from a JPEG file is brought back to what that allows.
    """
    image = problem.enlarged(canvas)
    image = image.clip(0, 1) if problem.exact is None else refined(image, problem, preset)
    if preset.companion:
        image = joined(image, problem, preset)
    if preset.keep_known and problem.known is not None:
        image = problem.known * problem.observation + (1 - problem.known) * image
    return image if problem.jpeg is None else projected(image, problem.jpeg)


def shown_image(problem: Problem, preset: Preset, canvas: np.ndarray, *, over: bool) -> np.ndarray:
    """Return the image to show of a fit whose canvas is [C, *problem.canvas] now: float64 [C, H, W] in [0, 1].

    Once the fit is over it is what `finish` makes. Until then, as it is shown often and looked at for a moment, non-local means are
    taken once and near by: more passes take several times as long, and at x4 are worth 0.15 dB (docs/quality.md).
    """
    near = min(preset.non_local_means_reach, Preset.non_local_means_reach)
    return finish(problem, preset if over else replace(preset, non_local_means_passes=1, non_local_means_reach=near), canvas)
