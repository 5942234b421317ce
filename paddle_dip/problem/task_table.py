"""The one table of tasks: what each does, needs and offers. Commands, API, notebooks and study read it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from paddle_dip.errors import InputError, one_of
from paddle_dip.problem.presets import Preset
from paddle_dip.problem.super_resolution_presets import PRESETS, super_resolution_preset
from paddle_dip.problem.task_presets import PRESETS as OTHER_PRESETS
from paddle_dip.problem.tasks import Problem, check_factor, deblocking, denoising, flash_no_flash, inpainting, super_resolution
from paddle_dip.problem.tiles import Tile

FACTOR = 4  # the magnification, where none is given


@dataclass(frozen=True)
class Task:
    """A task. words: what it does. make: from an image, its preset and its inputs, all by name, to the problem.

    inputs: what it needs beside the image: "factor", or "mask" or "flash", which are images of the same size.
    """

    words: str
    make: Callable[..., Problem]
    inputs: tuple[str, ...] = ()


TASKS = {
    "super-resolve": Task("Magnify a photo with no other knowledge than the network's structure.", super_resolution, ("factor",)),
    "denoise": Task("Clean a photo of noise: the network takes longer to paint the noise than the picture.", denoising),
    "dejpeg": Task("Clean a photo of JPEG's artefacts.", deblocking),
    "inpaint": Task("Fill what a mask marks.", inpainting, ("mask",)),
    "restore-pixels": Task("Bring back missing pixels.", inpainting, ("mask",)),
    "flash-no-flash": Task("Clean a photo taken without flash by the details of one taken with it.", flash_no_flash, ("flash",)),
}


def task_named(name: str) -> Task:
    """Return a task of TASKS; raises InputError for an unknown name."""
    return TASKS[one_of("task", name, TASKS)]


def task_presets(task: str, factor: int | None = None) -> dict[str, Preset]:
    """Return the presets of a task by name. factor: the magnification, of super-resolve only; None: FACTOR.

    Raises InputError for an unknown task and for a factor that isn't a whole number above 1, or where nothing is magnified.
    """
    if "factor" in task_named(task).inputs:
        check_factor(factor := FACTOR if factor is None else factor)
        return {name: super_resolution_preset(name, factor) for name in PRESETS}
    if factor is not None:
        raise InputError(f"factor is for super-resolve, {task} has none")
    return {preset.name: preset for preset in OTHER_PRESETS if preset.task == task}


def task_preset(task: str, name: str = "fast", factor: int | None = None) -> Preset:
    """Return a task's preset; raises InputError as `task_presets` does, and for an unknown name."""
    found = task_presets(task, factor)
    return found[one_of("preset", name, found)]


def all_presets() -> dict[str, Preset]:
    """Return every preset under "TASK NAME"; those of super-resolve under "NAME xFACTOR", as they depend on it."""
    found: dict[str, Preset] = {}
    for task in TASKS:
        if "factor" in TASKS[task].inputs:
            found |= {f"{name} x{factor}": super_resolution_preset(name, factor) for name in PRESETS for factor in (8, 4)}
        else:
            found |= {f"{task} {name}": preset for name, preset in task_presets(task).items()}
    return found


def problem_of_tile(task: str, image: np.ndarray, preset: Preset, tile: Tile, **inputs) -> Problem:
    """Return the problem of one tile of an image, float32 [C, H, W] in [0, 1]; a mask or second photo is cut alike.

    What a JPEG file holds is of the whole image: a tile's own result isn't kept to it.
    """
    rows, columns = tile
    cut = {name: value[:, rows, columns] if isinstance(value, np.ndarray) else value for name, value in inputs.items()}
    part = image[:, rows, columns]
    if "mask" in cut:
        cut["part"] = True
    if "jpeg" in cut:
        cut["part"] = part.shape != image.shape
    return TASKS[task].make(part, preset=preset, **cut)
