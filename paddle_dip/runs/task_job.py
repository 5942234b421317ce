"""From a task of the table, a photo and what the task needs to the job of restoring it: what the API and the commands share."""

from functools import partial

import numpy as np

from paddle_dip.errors import InputError, at_least, check_kind, one_of
from paddle_dip.io.images import Photo
from paddle_dip.io.jpeg import read_coefficients
from paddle_dip.problem.noise_level import noise_level
from paddle_dip.problem.presets import Preset
from paddle_dip.problem.task_table import TASKS, problem_of_tile
from paddle_dip.problem.tasks import check_factor
from paddle_dip.runs.photos import PhotoJob, plan

DTYPES = ("float32", "float64")
_LEAST_MEMORY, _ENDLESS = 0.001, 2.0**30  # GiB: less is no bound to work in, more is as good as none


def task_job(task: str, name: str, photo: Photo, preset: Preset, *, max_memory: float | None = None, **settings) -> PhotoJob:
    """Return the job of a task of TASKS on a photo, planned: see `unplanned_job`. max_memory: in GiB.

    What can't be done is refused here, before Paddle has loaded: raises InputError, which begins with the name of what is wrong.
    """
    return plan(unplanned_job(task, name, photo, preset, **settings), as_bytes(max_memory))


def unplanned_job(
    task: str, name: str, photo: Photo, preset: Preset, *, seed: int = 0, dtype: str = "float32", **inputs
) -> PhotoJob:
    """Return the job of a task of TASKS on a photo, not yet cut into tiles; name: what it is called while it runs.

    inputs: what the task needs: factor; mask or flash, float32 [C, H, W] in [0, 1]; for denoise the noise's standard deviation
    sigma, of 255; estimated where it is None. Raises InputError as `task_job` does, but for what depends on the tiles.
    """
    if preset.task != task:
        raise InputError(f"preset {preset.name} is for {preset.task}: {task} needs one of its own")
    if "factor" in inputs:
        check_factor(inputs["factor"])
    check_kind("seed", seed, int)
    at_least("seed", seed, 0)
    one_of("dtype", dtype, DTYPES)
    if task == "denoise":
        inputs["sigma"] = _noise(photo, inputs.get("sigma"))
    if task == "dejpeg" and photo.jpeg is not None:
        inputs["jpeg"] = read_coefficients(photo.jpeg, photo.pixels)
    if any(isinstance(value, np.ndarray) for value in inputs.values()):
        TASKS[task].make(photo.pixels, preset=preset, **inputs)  # refuses what can't be done
    problem = partial(problem_of_tile, task, photo.pixels, preset, **inputs)
    return PhotoJob(name, photo, problem, preset, factor=inputs.get("factor", 1), seed=seed, dtype=dtype, inputs=inputs)


def _noise(photo: Photo, sigma: float | None) -> float:
    """Return the noise's standard deviation in units of [0, 1]."""
    if sigma is None:
        return noise_level(photo.pixels)
    check_kind("sigma", sigma, float)
    if not 0 < sigma <= 255:
        raise InputError(f"sigma must be above 0 and at most 255, not {sigma}")
    return sigma / 255


def as_bytes(max_memory: float | None) -> int | None:
    """Return GiB as bytes, None as None; raises InputError for what is no amount of memory."""
    if max_memory is None:
        return None
    check_kind("max_memory", max_memory, float)
    return int(min(at_least("max_memory", max_memory, _LEAST_MEMORY), _ENDLESS) * 2**30)
