"""An image as the ecosystem has it - an array, a Pillow image, a path - restored by a task: what the public functions share."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from paddle_dip.errors import FitError, InputError
from paddle_dip.io.adapters import ImageLike, like, noted_photo
from paddle_dip.problem.overrides import with_settings
from paddle_dip.problem.presets import Preset
from paddle_dip.problem.task_table import task_preset
from paddle_dip.problem.tasks import Problem
from paddle_dip.runs.canvas import current_canvas
from paddle_dip.runs.parts import restore_photo
from paddle_dip.runs.photos import PhotoJob
from paddle_dip.runs.record import record
from paddle_dip.runs.restore import finish
from paddle_dip.runs.task_job import task_job

Restored = np.ndarray | Image.Image


@dataclass(frozen=True)
class Step:
    """A running fit after `step` steps: what `on_step` is called with. Ask it at once: its methods copy from the device."""

    step: int
    _snapshot: Any = field(repr=False)
    _problem: Problem = field(repr=False)
    _job: PhotoJob = field(repr=False)
    _original: ImageLike = field(repr=False)

    @property
    def preset(self) -> Preset:
        """All settings of the fit; it ends after `preset.steps` steps, or before."""
        return self._job.preset

    def record(self) -> dict:
        """Return all that is needed to make the result again, JSON-ready: settings, seed, versions, device, threads, commit."""
        return record(self._job)

    def loss(self) -> float:
        """Return the loss of this step, the mean squared error where the preset says no other; waits for the device."""
        return self._snapshot.loss()

    def image(self) -> Restored:
        """Return the result if the fit ended here, of the kind of the image given; raises FitError where the fit has diverged.

        Left alone, that error ends only this call of `on_step`: such a fit goes back to its last good state by itself.
        """
        pixels = finish(self._problem, self.preset, current_canvas(self.preset, self._snapshot))
        return like(self._job.with_result(pixels.astype(np.float32)), self._original)  # rounded as the result will be


@dataclass(frozen=True)
class How:
    """How to restore: see `paddle_dip.api.super_resolve`."""

    preset: str | Preset = "fast"
    seed: int = 0
    on_step: Callable[[Step], None] | None = None
    max_memory: float | None = None
    dtype: str = "float32"
    settings: dict[str, Any] = field(default_factory=dict)


def restored_image(task: str, image: ImageLike, how: How, **inputs: Any) -> Restored:
    """Return an image restored by a task of TASKS, of the same kind. inputs: as of `task_job`, which says what is refused."""
    chosen = how.preset if isinstance(how.preset, Preset) else task_preset(task, how.preset, inputs.get("factor"))
    chosen = with_settings(chosen, **how.settings)
    name = Path(image).name if isinstance(image, str | os.PathLike) else task
    photo = noted_photo(image)
    job = task_job(task, name, photo, chosen, seed=how.seed, max_memory=how.max_memory, dtype=how.dtype, **inputs)
    if how.on_step is not None and not callable(how.on_step):
        raise InputError(f"on_step must be a function, not {how.on_step!r}")
    if how.on_step and len(job.tiles) > 1:
        raise InputError("on_step needs the image in one piece: raise max_memory, or leave on_step out")

    def watch(problem: Problem, snapshot: Any) -> None:
        if how.on_step:
            try:
                how.on_step(Step(snapshot.step, snapshot, problem, job, image))
            except FitError:  # of Step.image: a fit that has gone wrong goes back soon
                return

    from paddle_dip.solver.fit import fit  # here, so that what can't be done is refused before Paddle has loaded

    try:
        return like(restore_photo(job, fit=fit, watch=watch), image)
    except RuntimeError as error:  # what Python makes of a StopIteration of on_step
        if isinstance(error.__cause__, StopIteration):
            raise error.__cause__ from None
        raise
